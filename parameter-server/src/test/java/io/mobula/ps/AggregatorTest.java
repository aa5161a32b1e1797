package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of custom aggregators, which combine the gradients of a step. */
class AggregatorTest extends ParameterServerTestBase {

  private static final Executor THREADS = task -> new Thread(task).start();

  /** Median of three gradients, number by number. */
  record Median() implements Aggregator {
    private static final long serialVersionUID = 1L;

    @Override
    public void aggregate(float[][] gradients, int workers, int count, float[] into) {
      for (int i = 0; i < count; i++) {
        int at = i;
        var all = Arrays.stream(gradients).mapToDouble(of -> of[at]).sorted().toArray();
        into[i] = (float) all[all.length / 2];
      }
    }

    @Override
    public void aggregate(double[][] gradients, int workers, int count, double[] into) {
      for (int i = 0; i < count; i++) {
        int at = i;
        var all = Arrays.stream(gradients).mapToDouble(of -> of[at]).sorted().toArray();
        into[i] = all[all.length / 2];
      }
    }
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  private static DenseTable.Builder table(ParameterServer server, int size) {
    return server
        .dense("w", size)
        .optimizer(Optimizers.sgd(1))
        .consistency(Consistency.bulkSynchronous())
        .aggregator(new Median());
  }

  @Test
  void theMedianIsNotMovedByOneThatIsFarAway() {
    for (int size : new int[] {8, 60_000}) {
      try (var server = server(2)) {
        step(table(server, size).create(), size, () -> {});
      }
      try (var server = server(2)) {
        step(table(server, size).doubles().create(), size, () -> {});
      }
    }
  }

  @Test
  void gradientsThatWaitMoveWithTheirWorkers() {
    try (var server = server(2)) {
      step(table(server, 60).create(), 60, () -> server.reshard(3));
    }
  }

  private static void step(DenseTable table, int size, Runnable between) {
    var workers = IntStream.range(0, 3).mapToObj(table::join).toList();
    workers.get(0).push(all(size, 1));
    workers.get(1).push(all(size, 1));
    workers.get(1).push(all(size, 1)); // the worker's gradient is the sum
    between.run();
    workers.get(2).push(all(size, 1000));
    workers.forEach(DenseWorker::clock);
    var pulls = workers.stream()
        .map(worker -> CompletableFuture.runAsync(() -> worker.pull().close(), THREADS))
        .toList();
    pulls.forEach(CompletableFuture::join); // each has to learn of the move
    assertThat(table.toFloats()).containsOnly(-2);
    workers.forEach(DenseWorker::close);
  }

  @Test
  void isForTablesWhoseGradientsWaitForEachOther() {
    try (var server = server(1)) {
      var builder = table(server, 8).consistency(Consistency.asynchronous());
      assertThatThrownBy(builder::create)
          .isInstanceOf(TableException.class)
          .hasMessageContaining("bulkSynchronous");
    }
  }
}
