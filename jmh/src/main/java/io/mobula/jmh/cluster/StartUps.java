package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import java.util.List;

/** How long clusters take to start, and a driver to connect. */
final class StartUps {
  private static final int MANY = 3;

  private StartUps() {}

  static Table measure(ClusterBench.Request request) {
    var one = Series.time("Mobula");
    var many = Series.time("Mobula");
    var driver = Series.time("Mobula");
    for (int round = 0; round < request.rounds(); round++) {
      try (var cluster = started(one, 1)) {
        cluster.runtime().nodes();
      }
      try (var cluster = started(many, MANY)) {
        long start = System.nanoTime();
        try (var runtime = Mobula.connect(cluster.nodes().getLast().address())) {
          driver.addNanos(System.nanoTime() - start);
          runtime.nodes();
        }
      }
    }
    return new Table(
        "start",
        "processes of this host, all of which start at the same time; the driver is in this JVM,"
            + " whose classes are loaded after the first round.",
        List.of(
            Line.of("LocalCluster.start(1)", one),
            Line.of("LocalCluster.start(" + MANY + ")", many),
            Line.of("Mobula.connect, to a cluster of " + MANY, driver)));
  }

  private static LocalCluster started(Series series, int nodes) {
    long start = System.nanoTime();
    var cluster = LocalCluster.start(nodes);
    series.addNanos(System.nanoTime() - start);
    return cluster;
  }
}
