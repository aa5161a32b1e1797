package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.WorkerEvictedException;
import io.mobula.ps.optimizer.Optimizers;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConsistencyTest extends ParameterServerTestBase {
  private static final int LARGE = 60_000;

  private static DenseTable table(ParameterServer server, int size, Consistency rule) {
    return server
        .dense("w", size)
        .optimizer(Optimizers.sgd(1))
        .consistency(rule)
        .create();
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  private static double first(DenseWorker worker) {
    try (var pulled = worker.pull()) {
      return pulled.get(0);
    }
  }

  @Test
  void bulkSynchronousAppliesTheMeanOfAllWhenAllHaveEndedTheStep() throws Exception {
    for (int size : new int[] {8, LARGE}) {
      try (var server = server(2)) {
        var table = table(server, size, Consistency.bulkSynchronous());
        try (var a = table.join(0);
            var b = table.join(1)) {
          a.push(all(size, 2));
          a.clock();
          b.push(all(size, 4));
          assertThat(first(b)).isZero(); // its own step is not applied yet
          var waits = a.startPull();
          assertThat(waits.isReady()).isFalse();
          b.clock();
          try (var pulled = waits.await()) {
            assertThat(pulled.toFloats()).containsOnly(-3);
            assertThat(pulled.version()).isEqualTo(1);
          }
          assertThat(first(b)).isEqualTo(-3);
        }
      }
    }
  }

  @Test
  void bulkSynchronousSumsWhatOneWorkerPushesMoreThanOnce() {
    for (int size : new int[] {8, LARGE}) {
      try (var server = server(2)) {
        var table = table(server, size, Consistency.bulkSynchronous());
        try (var only = table.join(0, 0)) {
          for (int i = 0; i < 10; i++) {
            only.push(all(size, 1));
          }
          try (var slot = only.claim(new KeyRange(0, 2))) {
            slot.set(new float[] {5, 5});
            only.push(slot);
          }
          only.clock();
          try (var pulled = only.pull()) {
            assertThat(pulled.get(0)).isEqualTo(-15);
            assertThat(pulled.get(size - 1)).isEqualTo(-10);
            assertThat(pulled.version()).isEqualTo(1);
          }
        }
      }
    }
  }

  @Test
  void exchangeInBulkSynchronousModeGivesAllTheSameWeights() throws Exception {
    for (int size : new int[] {8, LARGE}) {
      try (var server = server(2)) {
        var table = table(server, size, Consistency.bulkSynchronous());
        var workers = 3;
        var sums = new double[workers];
        var threads = new Thread[workers];
        var joined = new DenseWorker[workers];
        for (int rank = 0; rank < workers; rank++) {
          joined[rank] = table.join(rank); // all join before any begins
        }
        for (int rank = 0; rank < workers; rank++) {
          int me = rank;
          threads[rank] = Thread.ofPlatform().start(() -> {
            try (var worker = joined[me]) {
              for (int step = 1; step <= 20; step++) {
                try (var pulled = worker.exchange(all(size, me))) {
                  sums[me] += pulled.get(size - 1) * step;
                  if (pulled.version() != step) {
                    sums[me] = Double.NaN;
                  }
                }
              }
            }
          });
        }
        for (var thread : threads) {
          thread.join();
        }
        assertThat(sums).containsOnly(-2870); // the mean is 1: the sum of the squares up to 20
      }
    }
  }

  @Test
  void boundedStalenessHoldsUpWhoIsTooFarAhead() throws Exception {
    try (var server = server(2)) {
      var table = table(server, 8, Consistency.boundedStaleness(2));
      try (var fast = table.join(0);
          var slow = table.join(1)) {
        for (int i = 1; i <= 2; i++) {
          fast.push(all(8, 1));
          fast.clock();
          assertThat(first(fast)).isEqualTo(-i); // applied when they arrive
        }
        fast.clock();
        var waits = fast.startPull();
        assertThat(first(slow)).isEqualTo(-2);
        assertThat(waits.isReady()).isFalse();
        slow.clock();
        waits.await().close();
        assertThat(table.metrics()).allSatisfy(shard -> {
          assertThat(shard.waits()).isEqualTo(1);
          assertThat(shard.mostStaleness()).isEqualTo(2);
        });
      }
    }
  }

  @Test
  void whoLeavesHoldsUpNobody() {
    try (var server = server(2)) {
      var table = table(server, 8, Consistency.bulkSynchronous());
      try (var stays = table.join(0)) {
        var leaves = table.join(1);
        stays.push(all(8, 1));
        stays.clock();
        var waits = stays.startPull();
        leaves.close();
        try (var pulled = waits.await()) {
          assertThat(pulled.get(0)).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void whoJoinsLateBeginsWithTheSlowest() {
    try (var server = server(2)) {
      var table = table(server, 8, Consistency.bulkSynchronous());
      try (var first = table.join(0)) {
        for (int i = 0; i < 5; i++) {
          first.exchange(all(8, 1)).close();
        }
        try (var late = table.join(1)) {
          assertThat(late.steps()).isEqualTo(5);
          assertThat(first(late)).isEqualTo(-5);
          first.push(all(8, 1));
          first.clock();
          late.push(all(8, 3));
          late.clock();
          assertThat(first(late)).isEqualTo(-7);
        }
      }
    }
  }

  @Test
  void aWorkerThatNeverClocksIsLeftBehindAndTold() {
    try (var server = server(2)) {
      var rule = Consistency.boundedStaleness(0).workerTimeout(Duration.ofMillis(300));
      var table = table(server, 8, rule);
      var silent = table.join(1);
      try (var goesOn = table.join(0)) {
        goesOn.push(all(8, 1));
        goesOn.clock();
        assertThat(first(goesOn)).isEqualTo(-1);
        silent.push(all(8, 1));
        assertThatThrownBy(silent::flush)
            .isInstanceOf(WorkerEvictedException.class)
            .hasMessageContaining("clock()");
      }
    }
  }

  @Test
  void aPushThatWaitsForTheEndOfItsStepDoesNotHoldUpItsOwnWorker() throws Exception {
    try (var server = server(1)) {
      var table = table(server, LARGE, Consistency.bulkSynchronous());
      try (var a = table.join(0, 0);
          var b = table.join(1, 0)) {
        var done = CompletableFuture.runAsync(() -> {
          a.push(all(LARGE, 1));
          a.flush();
          a.clock();
        });
        done.get(20, TimeUnit.SECONDS);
        b.clock();
        assertThat(first(b)).isEqualTo(-0.5);
      }
    }
  }

  @Test
  void refusesRulesThatCannotBe() {
    assertThatThrownBy(() -> Consistency.boundedStaleness(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> Consistency.asynchronous().workerTimeout(Duration.ZERO))
        .hasMessageContaining("worker timeout");
  }
}
