package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SparseTableTest extends ParameterServerTestBase {
  private static SparseTable table(ParameterServer server, int width) {
    return server.sparse("s" + width, width).optimizer(Optimizers.sgd(1)).create();
  }

  @Test
  void rowsAreZeroUntilTheirKeyIsPushed() {
    for (int shards = 1; shards <= 3; shards++) {
      try (var server = server(shards)) {
        var table = table(server, 2);
        try (var worker = table.join(0)) {
          worker.push(new long[] {7, -3}, new float[] {1, 2, 3, 4});
          assertThat(worker.pull(-3, 9, 7, 7)).containsExactly(-3, -4, 0, 0, -1, -2, -1, -2);
          assertThat(table.rows()).isEqualTo(2);
        }
      }
    }
  }

  @Test
  void agreesWithAMapOverManyRandomPushes() {
    long seed = System.nanoTime();
    System.out.println("sparse: seed " + seed);
    var random = new Random(seed);
    for (int width : new int[] {1, 3, 64}) {
      try (var server = server(2);
          var worker = table(server, width).join(0)) {
        var expected = new HashMap<Long, Double>(); // of the first column
        for (int push = 0; push < 60; push++) {
          int count = 1 + random.nextInt(push % 10 == 0 ? 5000 : 50);
          var keys = random.longs(count, -2000, 2000).toArray();
          var gradients = new float[count * width];
          for (int i = 0; i < count; i++) {
            gradients[i * width] = random.nextInt(9) - 4;
            expected.merge(keys[i], -(double) gradients[i * width], Double::sum);
          }
          worker.push(keys, gradients);
        }
        var keys = expected.keySet().stream().mapToLong(Long::longValue).toArray();
        var rows = worker.pull(keys);
        for (int i = 0; i < keys.length; i++) {
          assertThat(rows[i * width])
              .as("key %d", keys[i])
              .isEqualTo(expected.get(keys[i]).floatValue());
        }
      }
    }
  }

  @Test
  void aKeyThatComesTwiceIsPushedTheSumOnce() {
    try (var server = server(1)) {
      var table = server.sparse("a", 1).optimizer(Optimizers.adagrad(1)).create();
      try (var worker = table.join(0)) {
        worker.push(new long[] {5, 5, 5}, new float[] {1, 1, 1});
        assertThat(worker.pull(5)[0]).isCloseTo(-1, within(1e-3f)); // one step with one sum
      }
    }
  }

  @Test
  void aListThatWasPushedBeforeTravelsAsItsName() {
    try (var server = server(2)) {
      var table = table(server, 1);
      try (var worker = table.join(0)) {
        var keys = IntStream.range(0, 1000).mapToLong(i -> i * 37L).toArray();
        var ones = new float[1000];
        Arrays.fill(ones, 1);
        worker.push(keys, ones);
        worker.flush();
        long first = bytesIn(table);
        for (int i = 0; i < 9; i++) {
          worker.push(keys, ones);
        }
        worker.flush();
        assertThat(bytesIn(table) - first).isLessThan(9 * first / 2);
        assertThat(worker.pull(37, 36_963)).containsExactly(-10, -10);
      }
    }
  }

  private static long bytesIn(SparseTable table) {
    return table.metrics().stream().mapToLong(shard -> shard.bytesIn()).sum();
  }

  @Test
  void aListThatTheShardHasForgottenIsSentAgain() {
    try (var server = server(1)) {
      var table = table(server, 1);
      try (var worker = table.join(0);
          var other = table.join(1)) {
        var ones = new float[20];
        Arrays.fill(ones, 1);
        var keys = IntStream.range(0, 20).mapToLong(i -> i).toArray();
        worker.push(keys, ones);
        worker.flush();
        for (int i = 1; i <= 100; i++) { // more key lists than a shard remembers
          long from = 1000L * i;
          other.push(IntStream.range(0, 20).mapToLong(k -> from + k).toArray(), ones);
        }
        other.flush();
        worker.push(keys, ones);
        worker.flush();
        assertThat(worker.pull(0, 19)).containsExactly(-2, -2);
        for (int i = 1; i <= 100; i++) {
          long from = 1000L * i;
          other.push(IntStream.range(0, 20).mapToLong(k -> from + k).toArray(), ones);
        }
        other.flush();
        assertThat(worker.exchange(keys, ones)).hasSize(20).containsOnly(-3);
      }
    }
  }

  @Test
  void rowsBeginAtRandomAndTheSameForAll() {
    try (var server = server(2)) {
      var table =
          server.sparse("r", 8).initial(0.1, 42).optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0)) {
        var before = worker.pull(1, 2, 3);
        worker.push(new long[] {2}, new float[8]); // creates the row
        assertThat(worker.pull(1, 2, 3)).containsExactly(before);
        assertThat(before).doesNotHaveDuplicates();
        for (float each : before) {
          assertThat(each).isBetween(-0.1f, 0.1f);
        }
      }
    }
  }

  @Test
  void bulkSynchronousAppliesTheMeanOfAllAtTheEndOfTheStep() {
    try (var server = server(2)) {
      var table = server
          .sparse("b", 1)
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      try (var a = table.join(0);
          var b = table.join(1)) {
        a.push(new long[] {1, 2}, new float[] {2, 2});
        b.push(new long[] {2, 3}, new float[] {4, 6});
        assertThat(b.pull(1, 2, 3)).containsOnly(0);
        a.clock();
        b.clock();
        assertThat(a.pull(1, 2, 3)).containsExactly(-1, -3, -3);
      }
    }
  }

  @Test
  void anExchangeIsOneMessageToEachShardAndGivesTheRowsAfterIt() {
    for (int shards = 1; shards <= 3; shards++) {
      try (var server = server(shards)) {
        var table = table(server, 2);
        try (var worker = table.join(0)) {
          for (int i = 1; i <= 5; i++) {
            assertThat(worker.exchange(new long[] {7, -3, 7}, new float[] {1, 2, 3, 4, 1, 0}))
                .containsExactly(-2 * i, -2 * i, -3 * i, -4 * i, -2 * i, -2 * i);
            assertThat(worker.steps()).isEqualTo(i);
          }
          assertThat(table.metrics()).allMatch(shard -> shard.pushes() == shard.pulls());
          assertThat(table.metrics()).allMatch(shard -> shard.pushes() % 5 == 0);
        }
      }
    }
  }

  @Test
  void anExchangeOfABulkSynchronousTableWaitsForTheStepsOfAll() throws Exception {
    try (var server = server(2);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var table = server
          .sparse("b", 1)
          .doubles()
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      var keys = IntStream.range(0, 100).mapToLong(i -> i).toArray();
      var two = new double[100];
      Arrays.fill(two, 2);
      var a = table.join(0);
      var b = table.join(1);
      var other = threads.submit(() -> {
        try (b) {
          for (int i = 0; i < 10; i++) {
            b.exchange(new long[] {i}, new double[] {4}); // on one shard
          }
        }
        return true;
      });
      for (int i = 1; i <= 10; i++) {
        var rows = a.exchange(keys, two);
        assertThat(rows[99]).isEqualTo(-i);
        assertThat(rows[i - 1]).isEqualTo(-i - 2);
      }
      a.close();
      assertThat(other.get()).isTrue();
    }
  }

  @Test
  void partitionsByRangeOrAsTheUserSays() {
    try (var server = server(3)) {
      var ranged = server
          .sparse("range", 1)
          .optimizer(Optimizers.sgd(1))
          .partitioner(Partitioner.range(0, 300))
          .create();
      try (var worker = ranged.join(0)) {
        worker.push(new long[] {0, 99, 100, 299}, new float[] {1, 2, 3, 4});
        assertThat(worker.pull(299, 100, 99, 0)).containsExactly(-4, -3, -2, -1);
        assertThat(ranged.metrics()).extracting(shard -> shard.keys()).containsExactly(2L, 1L, 1L);
        assertThat(ranged.skew()).isEqualTo(1.5);
        assertThatThrownBy(() -> worker.push(new long[] {300}, new float[1]))
            .isInstanceOf(KeyException.class);
      }
      var mad = server.sparse("mad", 1).partitioner((key, shards) -> shards).create();
      try (var worker = mad.join(0)) {
        assertThatThrownBy(() -> worker.pull(1))
            .isInstanceOf(KeyException.class)
            .hasMessageContaining("gives shard 3");
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    var server = server(2);
    var table = table(server, 2);
    var worker = table.join(0);
    assertThatThrownBy(() -> worker.push(new long[] {1}, new float[1]))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("2 for each key");
    assertThatThrownBy(() -> worker.push(new long[] {1}, new float[] {1, Float.NaN}))
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> table(server, 2)).isInstanceOf(TableException.class);
    assertThatThrownBy(() -> server.sparse("none", 0)).hasMessageContaining("from 1");
    assertThat(table.rows()).isZero();
    server.close();
    assertThatThrownBy(() -> worker.pull(1)).isInstanceOf(ServerClosedException.class);
  }
}
