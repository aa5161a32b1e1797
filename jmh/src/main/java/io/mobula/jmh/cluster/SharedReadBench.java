package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Placement;
import io.mobula.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Read of one object, put by this process, by three other processes of the host, one after the
 * other.
 */
final class SharedReadBench {
  private static final int READERS = 3;
  private static final long SMALL = 1 << 20;
  private static final Duration COLLECTING = Duration.ofMillis(200);
  private static final double GROWTH = 1.1;

  private final long bytes;
  private final MeasurementSeries put;
  private final MeasurementSeries growth = MeasurementSeries.ratio("Mobula");
  private final List<MeasurementSeries> first = new ArrayList<>();
  private final List<MeasurementSeries> pass = new ArrayList<>();
  private final MeasurementSeries ownPass;

  private SharedReadBench(long bytes) {
    this.bytes = bytes;
    this.put = MeasurementSeries.throughput("Mobula", bytes);
    this.ownPass = MeasurementSeries.throughput("the process that put it", bytes);
    for (int i = 0; i < READERS; i++) {
      first.add(MeasurementSeries.time("Mobula"));
      pass.add(MeasurementSeries.throughput("Mobula", bytes));
    }
  }

  static MeasuredTable measure(ClusterBench.Request request) throws Exception {
    var bench = new SharedReadBench(request.bytes());
    try (var stores = ScratchDirectory.shared();
        var cluster = LocalCluster.builder()
            .nodes(READERS)
            .cpusPerNode(1)
            .settings(Mobula.settings()
                .storeDirectory(stores.path())
                .storeCapacity(2 * request.bytes() + (128L << 20)))
            .start()) {
      bench.warmUp(cluster);
      long atFirst = stores.usedBytes();
      for (int round = 0; round < request.rounds(); round++) {
        bench.round(cluster, stores, atFirst);
      }
    }
    return bench.table();
  }

  /** Loads classes and makes the first segments of all stores. */
  private void warmUp(LocalCluster cluster) {
    try (var ref = ClusterBenchTasks.filled(cluster.runtime(), SMALL, (byte) 1)) {
      for (int reader = 0; reader < READERS; reader++) {
        read(cluster, ref, reader);
      }
    }
  }

  /**
   * Measures the second read pass of this process over its own object; the first pass touches the
   * pages.
   */
  private long own(ObjectRef<Tensor> ref) {
    try (var tensor = ref.get()) {
      ClusterBenchTasks.sum(tensor.segment());
      long start = System.nanoTime();
      long sum = ClusterBenchTasks.sum(tensor.segment());
      ownPass.addNanos(System.nanoTime() - start);
      return sum;
    }
  }

  private void round(LocalCluster cluster, ScratchDirectory stores, long atFirst) throws Exception {
    long used = cluster.runtime().storeUsage().usedBytes();
    long start = System.nanoTime();
    try (var ref = ClusterBenchTasks.filled(cluster.runtime(), bytes, (byte) 1)) {
      put.addNanos(System.nanoTime() - start);
      long sum = own(ref);
      for (int reader = 0; reader < READERS; reader++) {
        var reading = read(cluster, ref, reader);
        if (reading.sum() != sum) {
          throw new IllegalStateException(
              "Reader " + reader + " sums up to " + reading.sum() + ", not " + sum);
        }
        first.get(reader).addNanos(reading.first());
        pass.get(reader).addNanos(reading.pass());
      }
      growth.add((double) (stores.usedBytes() - atFirst) / bytes);
    }
    awaitFree(cluster, used + bytes / 2);
  }

  /**
   * Waits until the object is free. Its refs in other processes, and here, are released by
   * collections, which nothing else triggers.
   */
  private static void awaitFree(LocalCluster cluster, long max) throws Exception {
    for (var node : cluster.nodes()) {
      try (var done = cluster
          .runtime()
          .task(ClusterBenchTasks::collect)
          .placement(Placement.on(node.id()))
          .remote()) {
        done.get();
      }
    }
    PollingWait.pollUntil("the object's memory was free again", COLLECTING, () -> {
      ClusterBenchTasks.collect();
      return cluster.runtime().storeUsage().usedBytes() < max;
    });
  }

  private static ClusterBenchTasks.ReadTimes read(
      LocalCluster cluster, ObjectRef<Tensor> ref, int reader) {
    var node = cluster.nodes().get(reader).id();
    try (var reading = cluster
        .runtime()
        .task(ClusterBenchTasks::read, List.of(ref))
        .placement(Placement.on(node))
        .remote()) { // an open result would keep the arguments for its reconstruction
      return reading.get();
    }
  }

  private MeasuredTable table() {
    var rows = new ArrayList<MeasuredRow>();
    rows.add(new MeasuredRow(
        "growth of shared memory, of the object's size", growth, List.of(), GROWTH));
    rows.add(MeasuredRow.of("filled in place and sealed", put));
    for (int reader = 0; reader < READERS; reader++) {
      rows.add(
          MeasuredRow.of("reader " + (reader + 1) + ", get and first byte", first.get(reader)));
    }
    for (int reader = 0; reader < READERS; reader++) {
      rows.add(MeasuredRow.of("reader " + (reader + 1) + ", full pass", pass.get(reader), ownPass));
    }
    return new MeasuredTable(
        "share",
        QuantityFormat.size(bytes)
            + ", put by one process and read by three others of its host, one after"
            + " the other.",
        rows);
  }
}
