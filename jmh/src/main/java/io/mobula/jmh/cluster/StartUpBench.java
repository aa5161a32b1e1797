package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.jmh.measure.QuantityFormat;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Start-up time of clusters, and connect time of a driver. */
final class StartUpBench {
  private static final int MANY = 3;

  private final MeasurementSeries one = MeasurementSeries.time("Mobula");
  private final MeasurementSeries many = MeasurementSeries.time("Mobula");
  private final MeasurementSeries driver = MeasurementSeries.time("Mobula");

  private StartUpBench() {}

  static MeasuredTable measure(ClusterBench.Request request, PrintStream progress) {
    var bench = new StartUpBench();
    var rounds = new RoundLimiter("start", request.rounds(), progress);
    while (rounds.tryBeginRound()) {
      long start = System.nanoTime();
      bench.round();
      rounds.reportRound("1 in " + last(bench.one) + ", " + MANY + " in " + last(bench.many)
          + ", a driver in " + last(bench.driver) + "; with closing "
          + QuantityFormat.time((double) (System.nanoTime() - start)));
    }
    return bench.table();
  }

  private static String last(MeasurementSeries series) {
    return QuantityFormat.time(series.rounds().getLast());
  }

  private void round() {
    started(one, 1).close();
    try (var cluster = started(many, MANY)) {
      long start = System.nanoTime();
      try (var runtime = Mobula.connect(cluster.nodes().getLast().address())) {
        driver.addNanos(System.nanoTime() - start);
        runtime.nodes();
      }
    }
  }

  private MeasuredTable table() {
    return new MeasuredTable(
        "start",
        "processes of this host, all of which start at the same time; the driver is in this JVM,"
            + " whose classes are loaded after the first round.",
        List.of(
            MeasuredRow.of("LocalCluster.start(1)", one),
            MeasuredRow.of("LocalCluster.start(" + MANY + ")", many),
            MeasuredRow.of("Mobula.connect, to a cluster of " + MANY, driver)));
  }

  private static LocalCluster started(MeasurementSeries series, int nodes) {
    long start = System.nanoTime();
    var cluster = throwawayCluster(nodes).start();
    series.addNanos(System.nanoTime() - start);
    return cluster;
  }

  /**
   * Returns a builder of a cluster whose nodes all leave at the same time. None of them has a node
   * to hand over to, so their leave timeout is short.
   */
  static LocalCluster.Builder throwawayCluster(int nodes) {
    return LocalCluster.builder()
        .nodes(nodes)
        .startTimeout(Duration.ofMinutes(2))
        .settings(
            Mobula.settings().storeCapacity(64 << 20).set("mobula.cluster.leave-timeout", "5s"));
  }
}
