package io.mobula.internal.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.spi.SpillTarget;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that spilled objects are written to, and the fate of these files. */
@Timeout(60)
class FileSpillTargetTest {
  private static final int SMALL = 1_000;
  private static final int LARGE = 3_000_000;

  @TempDir
  Path base;

  private Path one;
  private Path two;
  private FileSpillTarget target;

  @BeforeEach
  void open() throws IOException {
    one = Files.createDirectory(base.resolve("one"));
    two = Files.createDirectory(base.resolve("two"));
    target = open(one, two);
  }

  private static FileSpillTarget open(Path... directories) {
    return FileSpillTarget.open(
        new SpillTarget.SpillSettings(List.of(directories), 100_000, 10_000));
  }

  @AfterEach
  void close() {
    target.close();
  }

  private static MemorySegment content(int bytes, int fill) {
    return Arena.ofAuto().allocate(bytes, 64).fill((byte) fill);
  }

  private static byte[] read(SpillTarget.SpilledObject spilledObject) {
    var memory = Arena.ofAuto().allocate(spilledObject.byteSize(), 64);
    spilledObject.readInto(memory);
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(base)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("life"))
          .toList();
    }
  }

  private Path onlyFile() throws IOException {
    assertThat(files()).hasSize(1);
    return files().getFirst();
  }

  private static void overwrite(Path file, long position, int with) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {(byte) with}), position);
    }
  }

  @Test
  void readsWhatWasWritten() {
    for (int bytes : new int[] {1, 63, 64, SMALL, 1 << 20, LARGE}) {
      var spilledObject = target.write(content(bytes, bytes));
      assertThat(spilledObject.byteSize()).isEqualTo(bytes);
      assertThat(read(spilledObject)).hasSize(bytes).containsOnly(bytes);
      spilledObject.delete();
    }
  }

  @Test
  void largeObjectsHaveAFileEachAndTakeTurnsAmongDirectories() throws IOException {
    var spilledObjects = new ArrayList<SpillTarget.SpilledObject>();
    for (int i = 0; i < 4; i++) {
      spilledObjects.add(target.write(content(LARGE, i)));
    }
    assertThat(files()).hasSize(4);
    assertThat(files().stream().filter(file -> file.startsWith(one))).hasSize(2);
    spilledObjects.getFirst().delete();
    spilledObjects.getFirst().delete();
    assertThat(files()).hasSize(3);
    spilledObjects.forEach(SpillTarget.SpilledObject::delete);
    assertThat(files()).isEmpty();
  }

  @Test
  void smallObjectsShareFilesThatGoWithTheLastOfThem() throws IOException {
    target.close();
    target = open(one);
    var spilledObjects = new ArrayList<SpillTarget.SpilledObject>();
    for (int i = 0; i < 25; i++) {
      spilledObjects.add(target.write(content(SMALL, i)));
    }
    assertThat(files()).hasSize(3);
    for (int i = 0; i < 25; i++) {
      assertThat(read(spilledObjects.get(i))).containsOnly(i);
    }
    spilledObjects.subList(1, 25).forEach(SpillTarget.SpilledObject::delete);
    assertThat(read(spilledObjects.getFirst())).containsOnly(0);
    assertThat(files()).hasSize(1);
    spilledObjects.getFirst().delete();
    assertThat(files()).isEmpty();
    assertThat(read(target.write(content(SMALL, 5)))).containsOnly(5);
  }

  @Test
  void filesAreTheirOwnersAlone() throws IOException {
    target.write(content(SMALL, 1));
    var file = onlyFile();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void aCutFileIsATypedErrorAndItsNeighboursAreWell() throws IOException {
    target.close();
    target = open(one);
    var first = target.write(content(SMALL, 1));
    var second = target.write(content(SMALL, 2));
    try (var channel = FileChannel.open(onlyFile(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    assertThatThrownBy(() -> read(second))
        .isInstanceOf(ObjectLostException.class)
        .hasMessageContaining(onlyFile().toString())
        .hasMessageContaining("it is cut");
    assertThat(read(first)).containsOnly(1);
  }

  @Test
  void everyAlteredByteThatMattersIsSeen() throws IOException {
    var spilledObject = target.write(content(SMALL, 1));
    var file = onlyFile();
    var original = Files.readAllBytes(file);
    var random = new Random(51);
    for (int i = 0; i < 200; i++) {
      int at = random.nextInt(original.length);
      if (at >= 40 && at < SpilledObjectHeader.BYTES) {
        continue; // a reserved field
      }
      overwrite(file, at, original[at] + 1 + random.nextInt(255));
      assertThatThrownBy(() -> read(spilledObject))
          .as("seed 51, byte %d", at)
          .isInstanceOf(ObjectLostException.class)
          .hasMessageContaining(file.toString());
      overwrite(file, at, original[at]);
    }
    assertThat(read(spilledObject)).containsOnly(1);
  }

  @Test
  void anotherObjectInItsPlaceIsSeen() throws IOException {
    var first = target.write(content(LARGE, 1));
    var before = onlyFile();
    target.write(content(LARGE, 1));
    var other =
        files().stream().filter(file -> !file.equals(before)).findFirst().orElseThrow();
    Files.write(before, Files.readAllBytes(other));
    assertThatThrownBy(() -> read(first))
        .isInstanceOf(ObjectLostException.class)
        .hasMessageContaining("wanted object 1");
    Files.delete(before);
    assertThatThrownBy(() -> read(first))
        .isInstanceOf(ObjectLostException.class)
        .hasMessageContaining("is gone");
  }

  @Test
  void anInterruptedReaderGetsATypedErrorAndTheNextOneTheValue() {
    var spilledObject = target.write(content(LARGE, 6));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> read(spilledObject)).isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read(spilledObject)).containsOnly(6);
  }

  @Test
  void closingRemovesEverything() throws IOException {
    target.write(content(SMALL, 1));
    target.write(content(LARGE, 1));
    target.close();
    target.close();
    assertThat(one).isEmptyDirectory();
    assertThat(two).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatIsNotThereIsRefusedByNameAndTheOthersAreLeftClean() {
    target.close();
    assertThatThrownBy(() -> open(one, base.resolve("nowhere")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("nowhere");
    assertThat(one).isEmptyDirectory();
    assertThatThrownBy(() -> open(new Path[0])).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aDirectoryThatFailsIsLeftAloneAndTheOthersGoOn() throws IOException {
    try (var homes = Files.list(one)) {
      for (var home : homes.toList()) {
        Files.delete(home.resolve("life"));
        Files.delete(home);
      }
    }
    for (int i = 0; i < 6; i++) {
      assertThat(read(target.write(content(LARGE, i)))).containsOnly(i);
    }
    assertThat(files()).hasSize(6).allMatch(file -> file.startsWith(two));
  }

  /** Returns memory without pages: a mapped file that was cut. */
  private MemorySegment missing(int bytes) throws IOException {
    var file = Files.createTempFile(Files.createDirectories(base.resolve("memory")), "cut", null);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
      channel.truncate(0);
      return mapped;
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aWriteThatMemoryFailsKeepsNoFile() throws IOException {
    target.close();
    target = open(one);
    var large = missing(LARGE);
    assertThatThrownBy(() -> target.write(large)).isInstanceOf(InternalError.class);
    assertThat(files()).isEmpty();
    var first = target.write(content(SMALL, 1));
    var small = missing(SMALL);
    assertThatThrownBy(() -> target.write(small)).isInstanceOf(InternalError.class);
    assertThat(read(first)).containsOnly(1);
    first.delete();
    assertThat(files()).isEmpty();
    assertThat(read(target.write(content(SMALL, 2)))).containsOnly(2);
  }

  @Test
  void manyThreadsWriteReadAndDelete() throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < 4; i++) {
        var random = new Random(60 + i);
        running.add(threads.submit(() -> churn(random)));
      }
      for (var each : running) {
        each.get(50, TimeUnit.SECONDS);
      }
    }
    assertThat(files()).isEmpty();
  }

  private void churn(Random random) {
    var spilledObjects = new ArrayList<SpillTarget.SpilledObject>();
    for (int i = 0; i < 500; i++) {
      int bytes = random.nextInt(50) == 0 ? 200_000 : 1 + random.nextInt(5_000);
      spilledObjects.add(target.write(content(bytes, bytes)));
      var one = spilledObjects.get(random.nextInt(spilledObjects.size()));
      assertThat(read(one)).hasSize((int) one.byteSize()).containsOnly((byte) one.byteSize());
      if (random.nextInt(3) > 0) {
        spilledObjects.remove(random.nextInt(spilledObjects.size())).delete();
      }
    }
    spilledObjects.forEach(SpillTarget.SpilledObject::delete);
  }
}
