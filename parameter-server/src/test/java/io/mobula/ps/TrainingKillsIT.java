package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.placement.Placement;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Trainings in which the process with all shards is killed at a random step. The final parameters
 * equal those of the same training without the kill, to the last bit.
 *
 * <p>{@code -Dmobula.test.trainings} is their number (3); {@code -Dmobula.test.seed} is the seed of
 * the first, and each later one adds 1.
 */
@Tag("long")
@Timeout(value = 2, unit = TimeUnit.HOURS)
class TrainingKillsIT {
  private static final int NODES = 4;
  private static final List<Optimizer> OPTIMIZERS =
      List.of(Optimizers.sgd(0.1), Optimizers.adam(0.01), Optimizers.adagrad(0.1));
  private static final List<Consistency> RULES = List.of(
      Consistency.asynchronous(), Consistency.boundedStaleness(1), Consistency.bulkSynchronous());

  /** Parameters of a training, derived from a seed. */
  private record Training(
      int size, int shards, int steps, int kill, Optimizer optimizer, Consistency rule, long seed) {
    static Training of(long seed) {
      var random = new Random(seed);
      int steps = 10 + random.nextInt(40);
      return new Training(
          1 + random.nextInt(60_000),
          1 + random.nextInt(3),
          steps,
          random.nextInt(steps),
          OPTIMIZERS.get(random.nextInt(OPTIMIZERS.size())),
          RULES.get(random.nextInt(RULES.size())),
          seed);
    }

    float[] run(ParameterServer server, Runnable inTheMiddle) {
      var table = server.dense("w", size).optimizer(optimizer).consistency(rule).create();
      var gradient = new float[size];
      try (var worker = table.join(0)) {
        for (int step = 0; step < steps; step++) {
          if (step == kill) {
            inTheMiddle.run();
          }
          Arrays.fill(gradient, step - steps / 2f);
          if (step % 3 == 0) {
            worker.push(gradient);
            worker.clock();
          } else {
            worker.exchange(gradient).close();
          }
        }
      }
      return table.toFloats();
    }
  }

  @Test
  void parametersAreThoseOfAnUndisturbedTraining() throws Exception {
    int trainings = Integer.getInteger("mobula.test.trainings", 3);
    long first = Long.getLong("mobula.test.seed", System.nanoTime());
    int done = 0;
    while (done < trainings) {
      try (var cluster = LocalCluster.builder()
          .nodes(NODES)
          .cpusPerNode(8)
          .settings(Mobula.settings().storeCapacity(64L << 20))
          .jvmFlags("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
          .start()) {
        for (int victim = 0; victim < NODES - 1 && done < trainings; victim++, done++) {
          train(cluster, victim, Training.of(first + done));
        }
      }
    }
    System.out.println("TrainingKillsIT: " + done + " trainings right, the first seed is " + first);
  }

  private static void train(LocalCluster cluster, int victim, Training training) {
    System.out.println("TrainingKillsIT " + training);
    float[] undisturbed;
    try (var server = server(cluster, NODES - 1, training).build()) {
      undisturbed = training.run(server, () -> {});
    }
    try (var server = server(cluster, victim, training).replicas(1).build()) {
      long pid = cluster.nodes().get(victim).pid();
      assertThat(server.shardLocations())
          .as("%s", training)
          .extracting(ProcessLocation::pid)
          .containsOnly(pid);
      var disturbed = training.run(server, () -> cluster.kill(victim));
      assertThat(disturbed).as("%s", training).isEqualTo(undisturbed);
    }
  }

  private static ParameterServer.Builder server(LocalCluster cluster, int node, Training training) {
    return ParameterServer.builder(cluster.runtime())
        .shards(training.shards())
        .placement(Placement.preferring(cluster.nodes().get(node).id()));
  }
}
