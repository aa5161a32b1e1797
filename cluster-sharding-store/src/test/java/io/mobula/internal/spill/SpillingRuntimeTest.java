package io.mobula.internal.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ObjectLostException;
import io.mobula.error.SettingsException;
import io.mobula.error.StoreFullException;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node with a store of eight MiB and directories to spill to. */
@Timeout(120)
class SpillingRuntimeTest {
  private static final int CAPACITY = 8 << 20;

  @TempDir
  Path disk;

  private static Settings settings(Path... directories) {
    return Mobula.settings()
        .cpus(2)
        .storeCapacity(CAPACITY)
        .set("mobula.store.full-timeout", "500ms")
        .spillTo(directories);
  }

  private static byte[] bytes(int size, int fill) {
    var bytes = new byte[size];
    java.util.Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  private List<Path> spilled() throws IOException {
    try (Stream<Path> all = Files.walk(disk)) {
      return all.filter(Files::isRegularFile).filter(f -> !f.endsWith("life")).toList();
    }
  }

  private void awaitNoFile() throws Exception {
    PollingAssert.untilEqual(List.of(), this::spilled);
  }

  private static int sum(byte[] bytes, Tensor tensor) {
    return bytes[bytes.length - 1] + tensor.getInt(tensor.shape()[0] - 1);
  }

  @Test
  void valuesBeyondTheStoreAreArgumentsAndResultsLikeOthers() throws Exception {
    try (var runtime = Mobula.init(settings(disk))) {
      var bytes = new ArrayList<ObjectRef<byte[]>>();
      var tensors = new ArrayList<ObjectRef<Tensor>>();
      for (int i = 0; i < 32; i++) {
        bytes.add(runtime.put(bytes(i % 2 == 0 ? 500_000 : 1_200_000, i)));
        tensors.add(runtime.put(Tensor.of(new int[] {0, i}, 2)));
      }
      assertThat(runtime.storeUsage().spilledBytes()).isGreaterThan(2L * CAPACITY);
      assertThat(runtime.storeUsage().spilledObjects()).isPositive();
      assertThat(runtime.storeUsage().usedBytes()).isLessThanOrEqualTo(CAPACITY);
      for (int i = 0; i < 32; i++) {
        assertThat(runtime
                .task(SpillingRuntimeTest::sum, bytes.get(i), tensors.get(i))
                .remote()
                .get())
            .isEqualTo(2 * i);
      }
      bytes.forEach(ObjectRef::close);
      tensors.forEach(ObjectRef::close);
      awaitNoFile(); // the last task releases its arguments after its result
    }
    assertThat(disk).isEmptyDirectory();
  }

  @Test
  void aCutFileLosesItsObjectWithAReasonAndNoOther() throws Exception {
    try (var runtime = Mobula.init(settings(disk))) {
      var refs = new ArrayList<ObjectRef<byte[]>>();
      for (int i = 0; i < 12; i++) {
        refs.add(runtime.put(bytes(2_000_000, i)));
      }
      var cut = spilled().getFirst();
      Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(cut), 1_000));
      int lost = 0;
      for (int i = 0; i < 12; i++) {
        try {
          assertThat(refs.get(i).get()).containsOnly(i);
        } catch (ObjectLostException e) {
          assertThat(e).hasMessageContaining(cut.toString()).hasMessageContaining("cut");
          lost++;
        }
      }
      assertThat(lost).isEqualTo(1);
    }
  }

  @Test
  void fullDisksAreATypedErrorAndHarmNothing() throws Exception {
    assumeTrue(isRoot(), SpillingRuntimeTest::skipped);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "mobula-test", disk.toString()) == 0,
        SpillingRuntimeTest::skipped);
    try (var runtime = Mobula.init(settings(disk))) {
      var refs = new ArrayList<ObjectRef<byte[]>>();
      assertThatThrownBy(() -> {
            while (true) {
              refs.add(runtime.put(bytes(1_500_000, refs.size())));
            }
          })
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining(disk.toString())
          .hasMessageContaining("bytes free");
      assertThat(runtime.storeUsage().spilledObjects()).isEqualTo(2);
      assertThat(refs).hasSizeGreaterThanOrEqualTo(6);
      for (int i = 2; i < refs.size(); i++) {
        assertThat(refs.get(i).get()).containsOnly(i);
      }
      refs.removeLast().close();
      assertThat(refs.getFirst().get()).containsOnly(0);
      refs.forEach(ObjectRef::close);
      assertThat(spilled()).isEmpty();
      try (var again = runtime.put(bytes(CAPACITY - 2_000_000, 1))) {
        assertThat(again.get()).containsOnly(1);
      }
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isZero();
    }
  }

  @Test
  void whatAKilledProcessLeavesTheNextStartRemoves() throws Exception {
    try (var jvm = ForkedJvm.of(Spiller.class).arguments(disk.toString()).start()) {
      jvm.awaitLine("spilled", Duration.ofSeconds(60));
      assertThat(spilled()).isNotEmpty();
      jvm.kill();
    }
    Mobula.init(settings(disk)).close();
    assertThat(disk).isEmptyDirectory();
  }

  /** Main class of a process that spills and stays. */
  static final class Spiller {
    private Spiller() {}

    public static void main(String[] args) throws Exception {
      MobulaRuntime runtime = Mobula.init(settings(Path.of(args[0])));
      var refs = new ArrayList<ObjectRef<byte[]>>();
      for (int i = 0; i < 12; i++) {
        refs.add(runtime.put(bytes(2_000_000, i)));
      }
      System.out.println("spilled");
      System.in.read();
      refs.forEach(ObjectRef::close);
    }
  }

  @Test
  void settingsThatCannotBeAreRefusedByName() {
    assertThatThrownBy(() -> Mobula.init(settings(disk, disk)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.store.spill.directories")
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> Mobula.init(settings(disk).set("mobula.store.spill.threshold", 1.5)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("mobula.store.spill.threshold");
    assertThat(disk).isEmptyDirectory();
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String skipped() {
    var reason = "only root may mount a small tmpfs, and not everywhere";
    System.out.println("SpillingRuntimeTest skipped: " + reason);
    return reason;
  }

  private static int run(String... command) throws Exception {
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
