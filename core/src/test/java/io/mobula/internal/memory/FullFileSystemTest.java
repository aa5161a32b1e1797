package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of file systems that reject writes: a tmpfs of one MiB, mounted if the tests run as root,
 * and a directory without permission.
 */
class FullFileSystemTest {
  private static final long KIB = 1024;

  @TempDir
  Path base;

  private boolean mounted;

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static void assume(boolean condition, String reason) {
    if (!condition) {
      System.out.println("FullFileSystemTest skipped: " + reason);
    }
    assumeTrue(condition, reason);
  }

  private void mountOneMebibyte() throws Exception {
    assume(isRoot(), "only root may mount a small tmpfs");
    mounted =
        run("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "mobula-test", base.toString()) == 0;
    assume(mounted, "this host does not let root mount a tmpfs");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", "-l", base.toString())).isZero();
    }
  }

  @Test
  void aFullFileSystemIsATypedErrorAndHarmsNothingThatIsThere() throws Exception {
    mountOneMebibyte();
    try (SharedStore store = SharedStore.open(new StoreOptions(base, 64 << 20, 256 * KIB, false))) {
      WritableBlock block = store.create(200 * KIB);
      block.segment().fill((byte) 3);
      SealedObject object = block.seal();
      assertThatThrownBy(() -> store.create(4 << 20))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("segment-1")
          .hasMessageContaining("No space left");
      assertThat(store.directory().resolve("segment-1")).doesNotExist();
      assertThat(object.<byte[]>read(content -> content.toArray(ValueLayout.JAVA_BYTE)))
          .containsOnly(3);
      SealedObject next = store.create(250 * KIB).seal();
      assertThat(next.<Long>read(MemorySegment::byteSize)).isEqualTo(250 * KIB);
      next.free();
      object.free();
      assertThat(store.usedBytes()).isZero();
    }
  }

  @Test
  void aFileSystemWithNoRoomAtAllIsATypedErrorAtOnce() throws Exception {
    mountOneMebibyte();
    Path filler = base.resolve("filler");
    assertThatThrownBy(() -> Files.write(filler, new byte[(int) (2_000 * KIB)]))
        .hasMessageContaining("No space left");
    assertThatThrownBy(() -> SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, true)))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("No space left");
    try (var entries = Files.list(base)) {
      assertThat(entries).containsExactly(filler);
    }
  }

  @Test
  void noSegmentIsPreparedAheadWhereThereIsNoRoomForIt() throws Exception {
    mountOneMebibyte();
    try (SharedStore store = SharedStore.open(new StoreOptions(base, 64 << 20, 512 * KIB, true))) {
      SealedObject object = store.create(500 * KIB).seal();
      assertThatThrownBy(() -> store.create(500 * KIB)).isInstanceOf(StoreFullException.class);
      object.free();
      assertThat(store.create(512 * KIB).segment().byteSize()).isEqualTo(512 * KIB);
    }
  }

  @Test
  void aDirectoryWithoutPermissionIsRefusedByName() throws Exception {
    assume(!isRoot(), "root may write anywhere");
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThatThrownBy(() -> SharedStore.open(new StoreOptions(base, 1, 1, false)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(base.toString());
    } finally {
      Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
