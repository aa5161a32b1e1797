package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes with stores of 64 MiB, and more objects than that, which other processes hold and read. */
@Tag("long")
@Timeout(240)
class ClusterSpillIT {
  private static final long CAPACITY = 64L << 20;
  /** Number of values of {@link LargeArrayTasks#BYTES} each that fill the store four times. */
  private static final int COUNT = (int) (4 * CAPACITY / LargeArrayTasks.BYTES) + 1;

  @TempDir
  Path disk;

  private LocalCluster start(boolean sameHost, Settings settings) {
    return ClusterTestSupport.cluster(2)
        .settings(settings.set("mobula.store.share-host", sameHost))
        .start();
  }

  private Settings settings() {
    return ClusterTestSupport.settings().storeCapacity(CAPACITY).spillTo(disk);
  }

  private static NodeId id(LocalCluster cluster, int node) {
    return cluster.nodes().get(node).id();
  }

  private static ObjectRef<byte[]> madeAt(MobulaRuntime runtime, NodeId maker, int seed) {
    return runtime
        .task(LargeArrayTasks::made, seed)
        .maxRetries(0)
        .placement(Placement.on(maker))
        .remote();
  }

  private static List<ObjectRef<byte[]>> allMadeAt(MobulaRuntime runtime, NodeId maker, int count)
      throws Exception {
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < count; i++) {
      refs.add(madeAt(runtime, maker, i));
    }
    for (var ref : refs) {
      PollingAssert.until(ref + " is ready", ref::isReady);
    }
    return refs;
  }

  private static StoreUsage usage(MobulaRuntime runtime, NodeId node) {
    return runtime
        .task(LargeArrayTasks::usage)
        .cpus(0)
        .placement(Placement.on(node))
        .remote()
        .get(ClusterTestSupport.LIMIT);
  }

  /** Reads each value several times, at once with others and in random order. */
  private static void readAll(List<ObjectRef<byte[]>> refs, Random random) throws Exception {
    var reads = new ArrayList<Callable<Boolean>>();
    for (int i = 0; i < refs.size(); i++) {
      var ref = refs.get(i);
      int seed = i;
      reads.add(() -> LargeArrayTasks.isMade(ref.get(ClusterTestSupport.LIMIT), seed));
      reads.add(() -> LargeArrayTasks.isMade(ref.get(), seed));
    }
    Collections.shuffle(reads, random);
    try (var readers = Executors.newFixedThreadPool(4)) {
      for (var read : readers.invokeAll(reads)) {
        assertThat(read.get()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void fourTimesAStoreIsReadBackByOtherProcesses(boolean sameHost) throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    try (var cluster = start(sameHost, settings())) {
      var runtime = cluster.runtime();
      var maker = id(cluster, 0);
      var other = id(cluster, 1);
      var refs = allMadeAt(runtime, maker, COUNT);
      assertThat(usage(runtime, maker).spilledBytes()).isGreaterThan(2 * CAPACITY);

      for (int i = 0; i < COUNT; i++) {
        assertThat(runtime
                .task(LargeArrayTasks::isMade, refs.get(i), i)
                .placement(Placement.on(other))
                .remote()
                .get(ClusterTestSupport.LIMIT))
            .isTrue();
      }
      readAll(refs, new Random(seed));

      assertThat(usage(runtime, maker).usedBytes()).isLessThanOrEqualTo(CAPACITY);
      for (var reader : List.of(usage(runtime, other), runtime.storeUsage())) {
        assertThat(reader.usedBytes()).isLessThanOrEqualTo(sameHost ? 0 : CAPACITY);
        assertThat(reader.spilledObjects()).isZero(); // copies are dropped, not written
      }
      refs.forEach(ObjectRef::close);
      PollingAssert.until("nothing is left of it", () -> {
        var left = usage(runtime, maker);
        return left.spilledBytes() == 0 && left.usedBytes() < LargeArrayTasks.BYTES;
      });
    }
  }

  /** A node's own values stay as long as there are copies of other hosts to drop. */
  @Test
  void copiesOfOtherHostsGoBeforeWhatWasMadeHere() throws Exception {
    try (var cluster = start(false, settings())) {
      var runtime = cluster.runtime();
      int few = COUNT / 12; // a third of the store
      var own = new ArrayList<ObjectRef<byte[]>>();
      for (int i = 0; i < few; i++) {
        own.add(runtime.put(LargeArrayTasks.made(i)));
      }
      var theirs = allMadeAt(runtime, id(cluster, 0), COUNT);
      for (int i = 0; i < COUNT; i++) {
        assertThat(LargeArrayTasks.isMade(theirs.get(i).get(ClusterTestSupport.LIMIT), i))
            .isTrue();
      }
      assertThat(runtime.storeUsage().spilledObjects()).isZero();
      for (int i = 0; i < few; i++) {
        assertThat(LargeArrayTasks.isMade(own.get(i).get(), i)).isTrue();
      }
      assertThat(LargeArrayTasks.isMade(theirs.getFirst().get(ClusterTestSupport.LIMIT), 0))
          .isTrue();
    }
  }

  @Test
  void aFullDiskIsATypedErrorAndHarmsNothing() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), ClusterSpillIT::skipped);
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "mobula-test", disk.toString()) == 0,
        ClusterSpillIT::skipped);
    try (var cluster = start(true, settings().set("mobula.store.full-timeout", "1s"))) {
      var runtime = cluster.runtime();
      var maker = id(cluster, 0);
      var refs = new ArrayList<ObjectRef<byte[]>>();
      MobulaException full = null;
      while (full == null) {
        assertThat(refs).hasSizeLessThan(COUNT / 2);
        var ref = madeAt(runtime, maker, refs.size());
        try {
          assertThat(LargeArrayTasks.isMade(ref.get(ClusterTestSupport.LIMIT), refs.size()))
              .isTrue();
          refs.add(ref);
        } catch (MobulaException e) {
          full = e;
        }
      }
      assertThat(full).hasStackTraceContaining(StoreFullException.class.getName());
      long before = usage(runtime, maker).usedBytes();
      refs.removeLast().close();
      PollingAssert.until("there is room", () -> usage(runtime, maker).usedBytes() < before);
      for (int i = 0; i < refs.size(); i++) {
        assertThat(LargeArrayTasks.isMade(refs.get(i).get(ClusterTestSupport.LIMIT), i))
            .isTrue();
      }
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isZero();
    }
  }

  /** A value that cannot be read back remains neither in its node's table nor on the disk. */
  @Test
  void nothingIsLeftOfWhatWasDamagedOnADisk() throws Exception {
    try (var cluster = start(true, settings())) {
      var runtime = cluster.runtime();
      var maker = id(cluster, 0);
      var refs = allMadeAt(runtime, maker, COUNT / 2);
      assertThat(damageAll()).isPositive();

      int lost = 0;
      for (int i = 0; i < refs.size(); i++) {
        try {
          assertThat(LargeArrayTasks.isMade(refs.get(i).get(ClusterTestSupport.LIMIT), i))
              .isTrue();
        } catch (ObjectLostException damaged) {
          lost++;
        }
      }
      assertThat(lost).isPositive();
      refs.forEach(ObjectRef::close);

      PollingAssert.until(
          () -> "nothing is left of it: " + files() + ", " + usage(runtime, maker),
          () -> files().isEmpty() && usage(runtime, maker).usedBytes() < LargeArrayTasks.BYTES);
    }
  }

  /** Changes a byte of each spilled value. Returns how many there are. */
  private int damageAll() throws IOException {
    var files = files();
    for (var path : files) {
      try (var file = new RandomAccessFile(path.toFile(), "rw")) {
        file.seek(file.length() / 2);
        int was = file.read();
        file.seek(file.length() / 2);
        file.write(was ^ 1);
      }
    }
    return files.size();
  }

  private List<Path> files() {
    try (var all = Files.walk(disk)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("life"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The node is stopped for less time than it takes to be given up. */
  @Test
  void aDeadlineEndsTheWaitForASourceThatStandsStill() throws Exception {
    try (var cluster = start(false, settings())) {
      var runtime = cluster.runtime();
      var source = cluster.nodes().get(0);
      var refs = allMadeAt(runtime, source.id(), 2);
      assertThat(LargeArrayTasks.isMade(refs.getFirst().get(ClusterTestSupport.LIMIT), 0))
          .isTrue();
      assertThat(run("kill", "-STOP", String.valueOf(source.pid()))).isZero();
      try {
        for (var deadline : List.of(Duration.ZERO, Duration.ofMillis(300))) {
          assertThatThrownBy(() -> refs.getLast().get(deadline))
              .isInstanceOf(GetTimeoutException.class)
              .hasMessageContaining("still on their way");
          assertThatThrownBy(() -> runtime.get(refs, deadline))
              .isInstanceOf(GetTimeoutException.class);
        }
      } finally {
        assertThat(run("kill", "-CONT", String.valueOf(source.pid()))).isZero();
      }
      assertThat(LargeArrayTasks.isMade(refs.getLast().get(ClusterTestSupport.LIMIT), 1))
          .isTrue();
    }
  }

  private static String skipped() {
    var reason = "only root may mount a small tmpfs, and not everywhere";
    System.out.println("ClusterSpillIT skipped: " + reason);
    return reason;
  }

  private static int run(String... command) throws Exception {
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
