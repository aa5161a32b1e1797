package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.Tensor;
import io.mobula.jmh.QuantityFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One object, put by this process and read by three others of this host, one after the other. */
final class SharedRead {
  private static final int READERS = 3;
  private static final long SMALL = 1 << 20;
  private static final Duration COLLECTING = Duration.ofMillis(200);
  private static final double GROWTH = 1.1;

  private final long bytes;
  private final Series put;
  private final Series growth = Series.times("Mobula");
  private final List<Series> first = new ArrayList<>();
  private final List<Series> pass = new ArrayList<>();
  private final Series ownPass;

  private SharedRead(long bytes) {
    this.bytes = bytes;
    this.put = Series.moved("Mobula", bytes);
    this.ownPass = Series.moved("the process that put it", bytes);
    for (int i = 0; i < READERS; i++) {
      first.add(Series.time("Mobula"));
      pass.add(Series.moved("Mobula", bytes));
    }
  }

  static Table measure(ClusterBench.Request request) throws Exception {
    var bench = new SharedRead(request.bytes());
    try (var stores = Scratch.shared();
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

  /** Classes are loaded, and the first segments of all stores are made. */
  private void warmUp(LocalCluster cluster) {
    try (var ref = Work.filled(cluster.runtime(), SMALL, (byte) 1)) {
      for (int reader = 0; reader < READERS; reader++) {
        read(cluster, ref, reader);
      }
    }
  }

  /** What this process reads of its own object: the second pass, since the first touches pages. */
  private long own(ObjectRef<Tensor> ref) {
    try (var tensor = ref.get()) {
      Work.sum(tensor.segment());
      long start = System.nanoTime();
      long sum = Work.sum(tensor.segment());
      ownPass.addNanos(System.nanoTime() - start);
      return sum;
    }
  }

  private void round(LocalCluster cluster, Scratch stores, long atFirst) throws Exception {
    long used = cluster.runtime().storeUsage().usedBytes();
    long start = System.nanoTime();
    try (var ref = Work.filled(cluster.runtime(), bytes, (byte) 1)) {
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

  /** What had left a process is free after collections there and here, which nobody else causes. */
  private static void awaitFree(LocalCluster cluster, long most) throws Exception {
    for (var node : cluster.nodes()) {
      try (var done = cluster
          .runtime()
          .task(Work::collect)
          .placement(Placement.on(node.id()))
          .remote()) {
        done.get();
      }
    }
    Await.until("the object's memory was free again", COLLECTING, () -> {
      Work.collect();
      return cluster.runtime().storeUsage().usedBytes() < most;
    });
  }

  private static Work.Reading read(LocalCluster cluster, ObjectRef<Tensor> ref, int reader) {
    var node = cluster.nodes().get(reader).id();
    try (var reading = cluster
        .runtime()
        .task(Work::read, List.of(ref))
        .placement(Placement.on(node))
        .remote()) { // a result holds what it can be made from again
      return reading.get();
    }
  }

  private Table table() {
    var lines = new ArrayList<Line>();
    lines.add(new Line("growth of shared memory, of the object's size", growth, List.of(), GROWTH));
    lines.add(Line.of("filled in place and sealed", put));
    for (int reader = 0; reader < READERS; reader++) {
      lines.add(Line.of("reader " + (reader + 1) + ", get and first byte", first.get(reader)));
    }
    for (int reader = 0; reader < READERS; reader++) {
      lines.add(Line.of("reader " + (reader + 1) + ", full pass", pass.get(reader), ownPass));
    }
    return new Table(
        "share",
        QuantityFormat.size(bytes) + ", put by one process and read by three others of its host, one after"
            + " the other.",
        lines);
  }
}
