package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of asynchronous pushes and pulls, and of batched pushes. */
class AsyncPushPullTest extends ParameterServerTestBase {
  private static final int SIZE = 40_000; // half of it, on one shard, is large

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static void await(CompletionStage<?> stage) throws Exception {
    stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static boolean isDone(CompletionStage<?> stage) {
    return stage.toCompletableFuture().isDone();
  }

  private static SparseTable rows(ParameterServer server, int hot) {
    return server.sparse("rows", 1).optimizer(Optimizers.sgd(1)).hotKeys(hot).create();
  }

  private static long pushes(SparseTable table) {
    return table.metrics().stream().mapToLong(ShardMetrics::pushes).sum();
  }

  @Test
  void aPushCompletesWhenItIsTakenIn() throws Exception {
    try (var server = server(2)) {
      var dense = server.dense("w", SIZE).optimizer(Optimizers.sgd(1)).create();
      var rows = rows(server, 0);
      try (var a = dense.join(0);
          var b = rows.join(0)) {
        await(a.startPush(ones(SIZE)));
        assertThat(dense.updates()).isEqualTo(1);
        await(b.startPush(new long[] {1, 2, 3, 4, 5}, ones(5)));
        assertThat(rows.rows()).isEqualTo(5);
        await(b.startPush(new long[0], new float[0]));
      }
    }
  }

  @Test
  void aPushOfABulkSynchronousTableCompletesWhenItsStepIsOver() throws Exception {
    try (var server = server(2)) {
      var table = server
          .dense("w", SIZE)
          .doubles()
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      try (var a = table.join(0);
          var b = table.join(1)) {
        var pushed = a.startPush(new double[SIZE]);
        a.clock();
        var other = b.startPush(new double[SIZE]);
        assertThat(table.updates()).isZero();
        assertThat(isDone(pushed)).isFalse();
        b.clock();
        await(pushed);
        await(other);
        assertThat(table.updates()).isEqualTo(1);
      }
    }
  }

  @Test
  void aPushFailsWithWhatALaterCallThrows() throws Exception {
    var server = server(1);
    var worker = rows(server, 0).join(0);
    server.close();
    var pushed = worker.startPush(new long[] {1}, ones(1));
    assertThatThrownBy(() -> await(pushed)).hasCauseInstanceOf(ServerClosedException.class);
    assertThatThrownBy(worker::flush).isInstanceOf(ServerClosedException.class);
  }

  @Test
  void aPushOfAListThatTheShardHasForgottenCompletesWhenItHasGoneAgain() throws Exception {
    try (var server = server(1)) {
      var table = rows(server, 0);
      try (var worker = table.join(0);
          var other = table.join(1)) {
        var keys = IntStream.range(0, 20).mapToLong(i -> i).toArray();
        await(worker.startPush(keys, ones(20)));
        for (int i = 1; i <= 100; i++) { // more key lists than a shard remembers
          long from = 1000L * i;
          other.push(IntStream.range(0, 20).mapToLong(k -> from + k).toArray(), ones(20));
        }
        other.flush();
        var pushed = worker.startPush(keys, ones(20));
        worker.flush();
        await(pushed);
        assertThat(worker.pull(0, 19)).containsExactly(-2, -2);
      }
    }
  }

  @Test
  void aPullThatWasBegunIsAwaitedLater() throws Exception {
    try (var server = server(2)) {
      var table = rows(server, 0);
      var wide = server.sparse("wide", 2).doubles().create();
      try (var worker = table.join(0);
          var other = wide.join(0)) {
        worker.push(new long[] {1, 2}, ones(2));
        try (var before = worker.startPull(2, 3, 1);
            var doubles = other.startPull(7)) {
          await(before.ready());
          worker.push(new long[] {1, 2}, ones(2));
          worker.flush();
          assertThat(before.isReady()).isTrue();
          assertThatThrownBy(before::awaitDoubles)
              .isInstanceOf(TableException.class)
              .hasMessageContaining("use await.");
          assertThat(before.await()).containsExactly(-1, 0, -1);
          assertThatThrownBy(before::await).isInstanceOf(IllegalStateException.class);
          assertThat(doubles.awaitDoubles()).containsExactly(0, 0);
        }
        try (var closed = worker.startPull(1)) {
          closed.close();
          assertThatThrownBy(closed::await).hasMessageContaining("closed");
        }
      }
      var dense = server.dense("w", SIZE).create();
      try (var worker = dense.join(0);
          var begun = worker.startPull()) {
        await(begun.ready());
        assertThat(begun.isReady()).isTrue();
        begun.await().close();
      }
    }
  }

  @Test
  void copiesOfHotRowsAreNotThoseOfAPullBegunAStepBefore() throws Exception {
    try (var server = server(1)) {
      var table = rows(server, 2);
      try (var worker = table.join(0)) {
        for (int i = 0; i < 251; i++) { // every 251st is sampled
          worker.push(new long[] {7, 7, 7}, ones(3));
        }
        worker.clock(); // makes the key hot
        var kept = worker.startPush(new long[] {7, 8}, ones(2));
        try (var begun = worker.startPull(7, 8)) {
          assertThat(isDone(kept)).isFalse();
          worker.clock();
          await(kept);
          assertThat(begun.await()).containsExactly(-753, -1);
        }
        assertThat(worker.pull(7, 8)).containsExactly(-754, -1);
      }
    }
  }

  // ---- batched pushes

  @Test
  void manySmallPushesAreFewMessagesAndTheSameWeights() throws Exception {
    try (var server = server(2)) {
      var one = rows(server, 0);
      var many = server.sparse("many", 1).optimizer(Optimizers.sgd(1)).create();
      try (var a = one.join(0);
          var b = many.join(0, 4, PushBatchLimits.of(10))) {
        for (int i = 0; i < 100; i++) {
          var keys = new long[] {i, i % 7, i + 1};
          a.push(keys, new float[] {1, i, -2});
          b.push(keys, new float[] {1, i, -2});
        }
        a.flush();
        b.flush();
        var all = IntStream.range(0, 101).mapToLong(i -> i).toArray();
        assertThat(b.pull(all)).isEqualTo(a.pull(all));
        assertThat(pushes(many)).isBetween(10L, 20L); // each to two shards
        assertThat(pushes(one)).isBetween(100L, 200L);
      }
    }
  }

  @Test
  void whatIsGatheredGoesAtItsBoundsAndWithTheStep() throws Exception {
    try (var server = server(1)) {
      var table = rows(server, 0);
      var worker = table.join(0, 4, new PushBatchLimits(100, 120));
      var first = worker.startPush(new long[] {1}, ones(1));
      assertThat(worker.pull(1)).containsExactly(0);
      assertThat(isDone(first)).isFalse();
      await(worker.startPush(new long[9], ones(9))); // 12 bytes for each key
      await(first);
      assertThat(pushes(table)).isEqualTo(1);
      worker.push(new long[] {1}, ones(1));
      worker.clock();
      assertThat(pushes(table)).isEqualTo(2);
      worker.push(new long[] {1}, ones(1));
      assertThat(worker.exchange(new long[] {1}, ones(1))).containsExactly(-4);
      assertThat(pushes(table)).isEqualTo(4);
      worker.push(new long[] {1}, ones(1));
      worker.close();
      assertThat(pushes(table)).isEqualTo(5);
      assertThatThrownBy(() -> PushBatchLimits.of(0)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void keysThatAreNoneAreRefusedBeforeTheyAreGathered() {
    try (var server = server(2)) {
      var table = server
          .sparse("range", 1)
          .optimizer(Optimizers.sgd(1))
          .partitioner(Partitioner.range(0, 10))
          .create();
      try (var worker = table.join(0, 4, PushBatchLimits.of(10))) {
        worker.push(new long[] {1}, ones(1));
        assertThatThrownBy(() -> worker.push(new long[] {1, 10}, ones(2)))
            .isInstanceOf(KeyException.class);
        worker.flush();
        assertThat(worker.pull(1)).containsExactly(-1);
      }
    }
  }
}
