package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.TestFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small disk for spilled objects: when the disk is full, puts are refused and existing values
 * stay.
 */
@Tag("long")
class FullSpillDiskIT {
  private static final int NUMBERS = 40_000;
  private static final long STORE = 2L << 20;
  private static final long DISK = 4L << 20;
  private static final int BLOCK = 4 << 10;

  /** Number of values that fit into memory and onto the disk at most. */
  private static final long MAX_VALUES = (STORE + DISK) / (4L * NUMBERS);

  @TempDir
  Path folder;

  private static Tensor filled(int with) {
    return Tensor.of(IntStream.range(0, NUMBERS).map(i -> with).toArray());
  }

  @Test
  void putsAreRefusedAndNothingIsLost() throws Exception {
    var why = FaultTestCluster.whyNoStoreDisk();
    why.ifPresent(reason ->
        System.out.println("No test of a full spill disk, as none can be mounted: " + reason));
    assumeTrue(why.isEmpty(), () -> "no file system can be mounted: " + why);
    var settings =
        Mobula.settings().cpus(1).storeCapacity(STORE).set("mobula.store.full-timeout", "3s");
    try (var cluster = FaultTestCluster.builder(folder)
        .nodes(1)
        .settings(settings)
        .spillDisk(DISK)
        .start()) {
      var runtime = cluster.runtime();
      var refs = new ArrayList<ObjectRef<Tensor>>();
      assertThatThrownBy(() -> {
            for (int i = 0; i <= MAX_VALUES; i++) {
              refs.add(runtime.put(filled(i)));
            }
          })
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining(folder.resolve("spilled").toString());
      assertThat(refs).hasSizeGreaterThan((int) (STORE / (4L * NUMBERS)) + 10);

      for (int i = 0; i < 4; i++) {
        refs.removeLast().close();
      }
      for (int i = 0; i < refs.size(); i++) {
        try (var value = refs.get(i).get()) {
          assertThat(value.toIntArray()).containsOnly(i);
        }
      }
      runtime.put(filled(1)).close();
      refs.forEach(ObjectRef::close);
      assertThat(cluster.awaitIdle(Duration.ofMinutes(1))).isEmpty();
      assertThat(cluster.leave()).isEmpty();
    }
  }

  @Test
  void aNodeStartsOnADiskThatADeadOneHasFilled() throws Exception {
    var why = TestFileSystem.whyNot();
    why.ifPresent(reason ->
        System.out.println("No test of a full spill disk, as none can be mounted: " + reason));
    assumeTrue(why.isEmpty(), () -> "no file system can be mounted: " + why);
    try (var disk = TestFileSystem.mount(Files.createDirectory(folder.resolve("disk")), DISK)) {
      var left = Files.createDirectory(disk.folder().resolve("mobula-" + "0".repeat(24)));
      Files.createFile(left.resolve("life")); // no process holds its lock
      fill(left.resolve("spilled"));
      try (var runtime =
          Mobula.init(Mobula.settings().storeCapacity(STORE).spillTo(disk.folder()))) {
        assertThat(runtime.nodes()).hasSize(1);
        assertThat(left).doesNotExist();
      }
    }
  }

  /** Writes a file until no block of its file system is free. */
  private static void fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      for (long written = 0; written <= DISK; written += BLOCK) {
        out.write(new byte[BLOCK]);
      }
      throw new AssertionError(file + " is larger than its disk");
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }
}
