package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of tables that move to other numbers of shards while workers continue. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ReshardingTest extends ParameterServerTestBase {
  private static final int SMALL = 24;
  private static final int LARGE = 60_000;
  private static final int[] SHARDS = {3, 1, 4, 2};

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterAll
  void end() {
    threads.shutdownNow();
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  static List<Consistency> rules() {
    return List.of(
        Consistency.asynchronous(), Consistency.boundedStaleness(1), Consistency.bulkSynchronous());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void eachPushCountsOnceWhileParametersMove(Consistency rule) throws Exception {
    try (var server = ParameterServer.builder(runtime).shards(2).build()) {
      var small = server
          .dense("small", SMALL)
          .optimizer(Optimizers.sgd(1))
          .consistency(rule)
          .create();
      var large = server
          .dense("large", LARGE)
          .optimizer(Optimizers.sgd(1))
          .consistency(rule)
          .create();
      int workers = 3;
      int steps = 120;
      var done = new ArrayList<Future<?>>();
      for (var table : List.of(small, large)) {
        IntStream.range(0, workers)
            .mapToObj(table::join)
            .toList()
            .forEach(worker ->
                done.add(threads.submit(() -> push(worker, (int) table.size(), steps))));
      }
      int moves = 0;
      while (done.stream().anyMatch(each -> !each.isDone())) {
        server.reshard(SHARDS[moves++ % SHARDS.length]);
      }
      for (var each : done) {
        each.get();
      }
      float expected = rule.isBulk() ? -steps : -steps * workers;
      assertThat(moves).as("moves").isPositive();
      assertThat(small.toFloats()).containsOnly(expected);
      assertThat(large.toFloats()).containsOnly(expected);
    }
  }

  /** Pushes gradients of ones: with and without waiting, in parts and as a whole. */
  private static void push(DenseWorker worker, int size, int steps) {
    try (worker) {
      while (worker.steps() < steps) {
        if (worker.steps() % 3 == 0) {
          worker.exchange(all(size, 1)).close();
        } else if (worker.steps() % 3 == 1) {
          var pushed = worker.startPush(all(size, 1));
          worker.clock();
          worker.pull().close();
          worker.flush();
          pushed.toCompletableFuture().join();
        } else {
          push(worker, new KeyRange(0, size / 3));
          push(worker, new KeyRange(size / 3, size));
          worker.clock();
        }
      }
    }
  }

  private static void push(DenseWorker worker, KeyRange range) {
    try (var slot = worker.claim(range)) {
      slot.set(all((int) range.length(), 1));
      worker.push(slot);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void eachGradientOfARowCountsOnceWhileRowsMove(Consistency rule) throws Exception {
    try (var server = ParameterServer.builder(runtime).shards(2).build()) {
      var table = server
          .sparse("rows", 2)
          .optimizer(Optimizers.sgd(1))
          .consistency(rule)
          .create();
      var keys = new Random(7).longs(200).distinct().toArray();
      int workers = 3;
      int steps = 60;
      var done = new ArrayList<Future<?>>();
      for (var joined : IntStream.range(0, workers)
          .mapToObj(rank -> table.join(rank, 4, PushBatchLimits.of(1 + rank)))
          .toList()) {
        done.add(threads.submit(() -> {
          var pushed = new ArrayList<CompletionStage<?>>();
          try (var worker = joined) {
            while (worker.steps() < steps) {
              if (worker.steps() % 2 == 0) {
                for (int i = 0; i < 2; i++) {
                  pushed.add(worker.startPush(keys, all(2 * keys.length, 0.5f)));
                }
                worker.clock();
                assertThat(worker.pull(keys)).hasSize(2 * keys.length);
              } else {
                assertThat(worker.exchange(keys, all(2 * keys.length, 1))).hasSize(2 * keys.length);
              }
            }
          }
        }));
      }
      int moves = 0;
      while (done.stream().anyMatch(each -> !each.isDone())) {
        server.reshard(SHARDS[moves++ % SHARDS.length]);
      }
      for (var each : done) {
        each.get();
      }
      float expected = rule.isBulk() ? -steps : -steps * workers;
      try (var reader = table.join(99)) {
        assertThat(reader.pull(keys)).containsOnly(expected);
      }
      assertThat(table.rows()).isEqualTo(keys.length);
    }
  }

  @Test
  void anAnswerFromBeforeTheMoveIsReadAsWhatItIs() {
    try (var server = ParameterServer.builder(runtime).shards(2).build()) {
      var initial = new float[SMALL];
      for (int i = 0; i < SMALL; i++) {
        initial[i] = i;
      }
      var table =
          server.dense("w", SMALL).initial(initial).optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0);
          var before = worker.startPull()) {
        while (!before.isReady()) {
          Thread.onSpinWait();
        }
        server.reshard(3);
        worker.push(all(SMALL, 1));
        worker.flush(); // now the worker knows the layout
        try (var pulled = before.await()) {
          assertThat(pulled.toFloats()).isEqualTo(initial);
        }
        try (var pulled = worker.pull()) {
          assertThat(pulled.get(SMALL - 1)).isEqualTo(SMALL - 2);
        }
      }
    }
  }

  static List<Optimizer> optimizers() {
    return List.of(Optimizers.adam(0.01), Optimizers.momentum(0.01, 0.9));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void theOptimizersStateMovesToo(Optimizer optimizer) {
    assertThat(trained(optimizer, 2, 5, 3)).isEqualTo(trained(optimizer, 2, 2, 2));
  }

  private float[] trained(Optimizer optimizer, int... shards) {
    try (var server = ParameterServer.builder(runtime).shards(shards[0]).build()) {
      var table = server.dense("w", SMALL).optimizer(optimizer).create();
      try (var worker = table.join(0)) {
        for (int count : shards) {
          server.reshard(count);
          for (int i = 0; i < 5; i++) {
            worker.exchange(all(SMALL, i - 2.5f)).close();
          }
        }
      }
      return table.toFloats();
    }
  }

  @Test
  void refusesMoreShardsThanParametersAndStaysAsItWas() {
    try (var server = ParameterServer.builder(runtime).shards(2).build()) {
      var table = server.dense("w", 3).optimizer(Optimizers.sgd(1)).create();
      assertThatThrownBy(() -> server.reshard(4)).isInstanceOf(TableException.class);
      assertThatThrownBy(() -> server.reshard(0)).isInstanceOf(TableException.class);
      try (var worker = table.join(0)) {
        worker.push(new float[] {1, 2, 3});
      }
      assertThat(table.toFloats()).containsExactly(-1, -2, -3);
      assertThat(server.shards()).isEqualTo(2);
      assertThat(table.metrics()).extracting(ShardMetrics::pushes).containsOnly(1L);
    }
  }
}
