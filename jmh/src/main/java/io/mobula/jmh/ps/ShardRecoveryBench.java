package io.mobula.jmh.ps;

import io.mobula.LocalCluster;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Placement;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Recovery of a parameter server: a process with two shards is killed while a worker trains. The
 * table has the longest step of the worker, without the first eighth of the run, and the loss in
 * eight even stretches of the run. The kill is at the beginning of the fifth stretch.
 *
 * <p>The loss is the mean squared distance to known weights, and each step pushes its gradient.
 */
final class ShardRecoveryBench {
  private static final int SIZE = 1_000_000;
  private static final int STRETCHES = 8;
  private static final int KILL_AT = 4;
  private static final double RATE = 0.01;

  /** Protection of the shards' state, and whether a process is killed. */
  private enum RecoveryScenario {
    UNPROTECTED("no kill, nothing kept"),
    REPLICA_WITHOUT_KILL("no kill, 1 replica"),
    REPLICA("killed, 1 replica"),
    CHECKPOINTS("killed, a checkpoint every 0.5 s");

    private final String label;

    RecoveryScenario(String words) {
      this.label = words;
    }
  }

  private final float[] wanted = new float[SIZE];

  ShardRecoveryBench() {
    var random = new Random(1);
    for (int i = 0; i < SIZE; i++) {
      wanted[i] = (float) random.nextGaussian();
    }
  }

  /** Measures all scenarios on nodes of its own and prints the table. */
  void print(PrintStream out) throws IOException {
    out.println("| 1 M floats on 2 shards, 400 steps of descent | median step | longest step |"
        + " loss after each eighth of the run |");
    out.println("|---|--:|--:|---|");
    for (var scenario : RecoveryScenario.values()) {
      var directory = Files.createTempDirectory("mobula-recovery");
      int cores = 2 * Runtime.getRuntime().availableProcessors();
      try (var cluster = LocalCluster.builder().nodes(2).cpusPerNode(cores).start();
          var server = server(cluster, scenario, directory)) {
        var run = run(cluster, server, scenario);
        out.printf(
            Locale.ROOT,
            "| %s | %s | %s | %s |%n",
            scenario.label,
            QuantityFormat.time(run.median()),
            QuantityFormat.time(run.longest()),
            run.losses());
      } finally {
        remove(directory);
      }
    }
  }

  private static ParameterServer server(
      LocalCluster cluster, RecoveryScenario scenario, Path directory) {
    var builder = ParameterServer.builder(cluster.runtime())
        .shards(2)
        .placement(Placement.preferring(cluster.nodes().getFirst().id()));
    return switch (scenario) {
      case UNPROTECTED -> builder.build();
      case REPLICA_WITHOUT_KILL, REPLICA -> builder.replicas(1).build();
      case CHECKPOINTS ->
        builder.checkpoints(directory).checkpointEvery(Duration.ofMillis(500)).build();
    };
  }

  /**
   * Result of one scenario.
   *
   * @param median time of a step, in nanoseconds
   * @param longest time of the longest step, in nanoseconds
   * @param losses loss of each stretch, as text
   */
  private record RunResult(double median, double longest, String losses) {}

  private RunResult run(LocalCluster cluster, ParameterServer server, RecoveryScenario scenario) {
    int steps = 50 * STRETCHES;
    var took = new long[steps];
    var losses = new StringBuilder();
    var table = server.dense("w", SIZE).optimizer(Optimizers.sgd(RATE)).create();
    try (var worker = table.join(0)) {
      for (int step = 0; step < steps; step++) {
        if (step == steps / STRETCHES * KILL_AT
            && (scenario == RecoveryScenario.REPLICA || scenario == RecoveryScenario.CHECKPOINTS)) {
          cluster.kill(0);
        }
        long began = System.nanoTime();
        try (var weights = worker.pull();
            var slot = worker.claim()) {
          slot.set(missing(weights.toFloats()));
          worker.push(slot);
        }
        worker.flush();
        took[step] = System.nanoTime() - began;
        if ((step + 1) % (steps / STRETCHES) == 0) {
          losses.append(String.format(Locale.ROOT, "%s%.4f", step < 60 ? "" : " ", loss(table)));
        }
      }
    }
    var warm = Arrays.copyOfRange(took, steps / STRETCHES, steps);
    Arrays.sort(warm);
    return new RunResult(warm[warm.length / 2], warm[warm.length - 1], losses.toString());
  }

  private float[] missing(float[] weights) {
    for (int i = 0; i < SIZE; i++) {
      weights[i] -= wanted[i];
    }
    return weights;
  }

  private double loss(DenseTable table) {
    var missing = missing(table.toFloats());
    return IntStream.range(0, SIZE).mapToDouble(i -> missing[i] * missing[i]).sum() / SIZE;
  }

  private static void remove(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
