package io.mobula.jmh.ps;

import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.optimizer.Optimizers;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Table of compressions: bytes per number, pushes per second, and the loss of a linear regression
 * of 10 000 weights compared with no compression after as many steps.
 */
final class CompressionBench implements ParameterServerBenchSuite.SuiteBench {
  private static final int SIZE = 10_000;
  private static final int STEPS = 600;
  private static final int BATCH = 32;
  private static final int WORDS = 60;

  private static Map<String, Compression> all() {
    var all = new LinkedHashMap<String, Compression>();
    all.put("none", Compression.none());
    all.put("lz4", Compression.none().lz4());
    all.put("8 bits", Compression.eightBit());
    all.put("1 bit", Compression.oneBit());
    all.put("top 10 %", Compression.topK(0.1));
    all.put("top 1 %", Compression.topK(0.01));
    all.put("top 1 %, lz4", Compression.topK(0.01).lz4());
    return all;
  }

  @Override
  public void print(MobulaRuntime runtime, double seconds, PrintStream out) {
    out.println("| compression | bytes a number | of 4 | pushes/s | loss after " + STEPS
        + " steps | to none |");
    out.println("|---|--:|--:|--:|--:|--:|");
    double plain = 0;
    for (var each : all().entrySet()) {
      try (var server = ParameterServer.builder(runtime).shards(1).build()) {
        var table = server
            .dense("weights", SIZE)
            .optimizer(Optimizers.sgd(0.5))
            .compression(each.getValue())
            .create();
        double loss = 0;
        long start = System.nanoTime();
        try (var worker = table.join(0)) {
          var problem = new RegressionProblem(7);
          for (int step = 0; step < STEPS; step++) {
            try (var weights = worker.pull()) {
              loss += (problem.gradient(weights.toFloats()) - loss) / Math.min(step + 1, 50);
            }
            worker.push(problem.gradient);
          }
        }
        double took = (System.nanoTime() - start) / 1e9;
        double bytes = (double) table.metrics().getFirst().bytesIn() / STEPS / SIZE;
        plain = plain == 0 ? loss : plain;
        out.printf(
            Locale.ROOT,
            "| %s | %.3f | %.1f %% | %s | %.4f | %.2f |%n",
            each.getKey(),
            bytes,
            25 * bytes,
            QuantityFormat.rate(STEPS / took),
            loss,
            loss / plain);
      }
    }
  }

  /** Linear regression whose examples are sums of some hidden weights. */
  private static final class RegressionProblem {
    private final float[] hidden = new float[SIZE];
    private final float[] gradient = new float[SIZE];
    private final Random random;

    RegressionProblem(long seed) {
      this.random = new Random(seed);
      for (int i = 0; i < SIZE; i++) {
        hidden[i] = (float) (random.nextGaussian() / (1 + i % 100));
      }
    }

    double gradient(float[] weights) {
      java.util.Arrays.fill(gradient, 0);
      double loss = 0;
      for (int example = 0; example < BATCH; example++) {
        var words = random.ints(WORDS, 0, SIZE).toArray();
        float error = 0;
        for (int word : words) {
          error += weights[word] - hidden[word];
        }
        loss += error * error;
        for (int word : words) {
          gradient[word] += error / BATCH;
        }
      }
      return loss / BATCH;
    }
  }
}
