package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizers;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * Table of exchanges of 40 MB with more and more shards: push, end of the step and pull in one
 * call, with Adam.
 */
final class ShardCountBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int SIZE = 10_000_000;

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception {
    out.println("| 40 MB, Adam, exchange | rounds/s | to one shard |");
    out.println("|---|--:|--:|");
    var gradient = new float[SIZE];
    Arrays.fill(gradient, 0.5f);
    double one = 0;
    for (int shards : new int[] {1, 2, 4, 8}) {
      try (var server = ParameterServer.builder(runtime).shards(shards).build();
          var worker = server
              .dense("weights", SIZE)
              .optimizer(Optimizers.adam(1e-3))
              .create()
              .join(0)) {
        double nanos =
            MedianTimer.median(seconds, () -> worker.exchange(gradient).close());
        one = one == 0 ? nanos : one;
        out.printf(
            Locale.ROOT,
            "| %d shards | %s | %.2f |%n",
            shards,
            QuantityFormat.rate(1e9 / nanos),
            one / nanos);
      }
    }
  }
}
