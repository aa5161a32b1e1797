package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.ParameterServer;
import java.io.PrintStream;
import java.util.Locale;

/** Table of repeated pulls of one published version by another process of the host. */
final class PullBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int[] SIZES = {262_144, 2_500_000, 25_000_000};

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception {
    out.println("| pull of a published version | median | to 1 MB | goal |");
    out.println("|---|--:|--:|---|");
    double first = 0;
    for (int size : SIZES) {
      try (var server = ParameterServer.builder(runtime).shards(1).build();
          var worker = server.dense("weights", size).create().join(0)) {
        double median = MedianTimer.median(seconds, () -> {
          try (var pulled = worker.pull()) {
            require(pulled.get(size - 1) == 0);
          }
        });
        first = first == 0 ? median : first;
        double ratio = median / first;
        out.printf(
            Locale.ROOT,
            "| %s | %s | %.2f | %s |%n",
            QuantityFormat.size(4L * size),
            QuantityFormat.time(median),
            ratio,
            ratio <= 2 ? "at most 2, reached" : "at most 2, **not reached**");
      }
    }
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("Not the weights that were expected");
    }
  }
}
