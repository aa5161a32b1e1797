package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {
  @TempDir
  Path base;

  private StoreOptions options() {
    return new StoreOptions(base, 1 << 20, 1 << 16, true);
  }

  /**
   * Main class of another process that opens a store under the given directory, prints its path,
   * and waits to be killed.
   */
  static final class StoreHolderMain {
    private StoreHolderMain() {}

    public static void main(String[] args) throws IOException {
      SharedStore store =
          SharedStore.open(new StoreOptions(Path.of(args[0]), 1 << 20, 1 << 16, true));
      store.create(100).seal();
      System.out.println(store.directory());
      System.in.read();
    }
  }

  private record ChildStore(Process process, Path directory) {
    static ChildStore start(Path base) throws IOException {
      Process process = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              StoreHolderMain.class.getName(),
              base.toString())
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
      BufferedReader output = process.inputReader();
      String line = output.readLine();
      while (line != null && !line.startsWith(base.toString())) {
        line = output.readLine();
      }
      assertThat(line).as("the other process's store").isNotNull();
      return new ChildStore(process, Path.of(line));
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(base)) {
      return entries.toList();
    }
  }

  @Test
  void aKilledProcessesFilesAreRemovedByTheNextStartAndALiveOnesAreNot() throws Exception {
    ChildStore killed = ChildStore.start(base);
    ChildStore alive = ChildStore.start(base);
    try {
      assertThat(killed.directory()).exists();
      killed.kill();
      try (SharedStore mine = SharedStore.open(options())) {
        assertThat(killed.directory()).doesNotExist();
        assertThat(alive.directory().resolve("segment-0")).exists();
        try (SharedStore second = SharedStore.open(options())) {
          assertThat(entries())
              .containsExactlyInAnyOrder(alive.directory(), mine.directory(), second.directory());
        }
      }
    } finally {
      alive.kill();
    }
    SharedStore.open(options()).close();
    assertThat(base).isEmptyDirectory();
  }

  @Test
  void startersThatMeetDoNotRemoveEachOther() throws Exception {
    try (ExecutorService starters = Executors.newFixedThreadPool(4)) {
      List<Future<SharedStore>> opening = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        opening.add(starters.submit(() -> SharedStore.open(options())));
      }
      List<Path> directories = new ArrayList<>();
      List<SharedStore> stores = new ArrayList<>();
      for (Future<SharedStore> one : opening) {
        stores.add(one.get(20, TimeUnit.SECONDS));
        directories.add(stores.getLast().directory());
      }
      assertThat(entries()).containsExactlyInAnyOrderElementsOf(directories);
      stores.forEach(SharedStore::close);
    }
    assertThat(base).isEmptyDirectory();
  }

  @Test
  void leavesWhatIsNotAStoresAndWhatIsBeingBorn() throws Exception {
    Path foreign = Files.createDirectory(base.resolve("other-1"));
    Path alike = Files.createDirectory(base.resolve("mobula-0"));
    Path inIt = Files.createFile(alike.resolve("not-a-store"));
    Path file = Files.createFile(base.resolve("mobula-cccccccccccccccccccccccc"));
    Path link = Files.createSymbolicLink(base.resolve("mobula-dddddddddddddddddddddddd"), foreign);
    Path unborn = Files.createDirectory(base.resolve(".mobula-aaaaaaaaaaaaaaaaaaaaaaaa"));
    Path stillborn = Files.createDirectory(base.resolve(".mobula-bbbbbbbbbbbbbbbbbbbbbbbb"));
    Files.createFile(stillborn.resolve(LifeLock.FILE));
    Files.setLastModifiedTime(stillborn, FileTime.from(Instant.now().minusSeconds(7_200)));
    SharedStore.open(options()).close();
    assertThat(entries()).containsExactlyInAnyOrder(foreign, alike, file, link, unborn);
    assertThat(inIt).exists();
  }

  @Test
  void removesALeftoverWithoutALifeFileButNothingInsideItsDirectories() throws Exception {
    Path leftover = Files.createDirectory(base.resolve("mobula-111111111111111111111111"));
    Files.createFile(leftover.resolve("segment-0"));
    Path strange = Files.createDirectory(base.resolve("mobula-222222222222222222222222"));
    Path kept = Files.createFile(Files.createDirectory(strange.resolve("sub")).resolve("kept"));
    SharedStore.open(options()).close();
    assertThat(leftover).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void removesTheMediaDriverOfALeftoverButFollowsNoLinks() throws Exception {
    Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
    Path kept = Files.createFile(elsewhere.resolve("kept"));
    Path leftover = Files.createDirectory(base.resolve("mobula-" + "1".repeat(24)));
    Path images =
        Files.createDirectories(leftover.resolve(StoreDirectory.TRANSFER).resolve("images"));
    Files.createFile(images.resolve("1.logbuffer"));
    Files.createSymbolicLink(images.resolve("link"), elsewhere);
    Path linked = Files.createDirectory(base.resolve("mobula-" + "2".repeat(24)));
    Files.createSymbolicLink(linked.resolve(StoreDirectory.TRANSFER), elsewhere);
    SharedStore.open(options()).close();
    assertThat(leftover).doesNotExist();
    assertThat(linked).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void knowsItsOwnDirectoriesByASystemPropertyToo() {
    String name;
    try (SharedStore store = SharedStore.open(options())) {
      name = store.directory().getFileName().toString();
      assertThat(LifeLock.isOwn(name)).isTrue();
      assertThat(System.getProperties().stringPropertyNames()).anyMatch(key -> key.endsWith(name));
    }
    assertThat(System.getProperties().stringPropertyNames())
        .noneMatch(key -> key.startsWith("io.mobula.store.alive.") && key.contains(name));
  }

  @Test
  void aMissingDirectoryAndAFileInItsPlaceAreRefusedByName() throws Exception {
    Path missing = base.resolve("missing");
    Path file = Files.createFile(base.resolve("file"));
    assertThatThrownBy(() -> SharedStore.open(new StoreOptions(missing, 1, 1, false)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(missing + " is not there");
    assertThatThrownBy(() -> SharedStore.open(new StoreOptions(file, 1, 1, false)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file + " is no directory");
  }

  @Test
  void theUsualPlaceIsSharedMemoryWhereThereIsAny() {
    Path usual = StoreDirectory.usualBase();
    assertThat(Files.isWritable(usual)).isTrue();
    assertThat(usual)
        .isEqualTo(
            Files.isWritable(Path.of("/dev/shm"))
                ? Path.of("/dev/shm")
                : Path.of(System.getProperty("java.io.tmpdir")));
  }
}
