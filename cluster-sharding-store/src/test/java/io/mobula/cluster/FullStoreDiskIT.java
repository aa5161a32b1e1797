package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.fault.Fault;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the file system of all stores is full, no existing value is lost. */
@Tag("long")
class FullStoreDiskIT {
  private static final Duration FULL = Duration.ofSeconds(45);
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int NUMBERS = 40_000;
  private static final int VALUES = 12;
  private static final long STORE = 8L << 20;

  /** Room for the stores of three nodes and a driver and for Aeron's own files, but for no log. */
  private static final long DISK = 96L << 20;

  @TempDir
  Path folder;

  static Tensor filled(int with) {
    return Tensor.of(IntStream.range(0, NUMBERS).map(i -> with).toArray());
  }

  static int first(Tensor tensor) {
    return tensor.toIntArray()[NUMBERS - 1];
  }

  @Test
  void valuesTravelToOtherHostsWhileItIsFull() throws Exception {
    var why = FaultTestCluster.whyNoStoreDisk();
    why.ifPresent(reason ->
        System.out.println("No test of a full store disk, as none can be mounted: " + reason));
    assumeTrue(why.isEmpty(), () -> "no file system can be mounted: " + why);
    var plan = FaultPlan.builder()
        .nodes(3)
        .length(FULL)
        .only()
        .add(Duration.ZERO, 0, new Fault.FillStoreDisk(FULL))
        .build();
    try (var cluster = FaultTestCluster.builder(folder)
            .nodes(3)
            .storeDisk(DISK)
            .settings(Mobula.settings().cpus(2).storeCapacity(STORE))
            .start();
        var history = History.in(folder.resolve("history"))) {
      var runtime = cluster.runtime();
      runtime.put(filled(0)).close(); // the driver's store has memory
      var refs = new ArrayList<ObjectRef<Tensor>>();
      for (int i = 0; i < VALUES; i++) {
        var node = cluster.members().get(i % 3).id().orElseThrow();
        refs.add(runtime
            .task(FullStoreDiskIT::filled, i)
            .placement(Placement.on(node))
            .maxRetries(0)
            .remote());
      }
      assertThat(runtime.wait(refs, VALUES, LIMIT).pending()).isEmpty();
      try (var faults = cluster.inject(plan, history)) {
        awaitFull(cluster);
        for (int i = 0; i < VALUES; i++) {
          int reader = (i + 1) % 3;
          assertThat(runtime
                  .task(FullStoreDiskIT::first, refs.get(i))
                  .placement(Placement.on(cluster.members().get(reader).id().orElseThrow()))
                  .maxRetries(0)
                  .remote()
                  .get(LIMIT))
              .isEqualTo(i);
          assertThat(first(refs.get(i).get(LIMIT))).isEqualTo(i);
        }
        assertThat(faults.violations()).isEmpty();
        faults.await();
      }
      refs.forEach(ObjectRef::close);
      assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
      assertThat(cluster.leave()).isEmpty();
    }
  }

  private void awaitFull(FaultTestCluster cluster) throws InterruptedException {
    var stores = folder.resolve("stores").toFile();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (stores.getUsableSpace() > 0) {
      assertThat(System.nanoTime()).as("time until the disk is full").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
