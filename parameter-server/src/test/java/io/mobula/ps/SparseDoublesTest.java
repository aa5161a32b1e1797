package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of rows of 64-bit numbers. */
class SparseDoublesTest extends ParameterServerTestBase {
  private static final long[] KEYS = new Random(5).longs(300).distinct().toArray();
  private static final double TINY = 0x1p-40; // a float loses it beside 1

  private static double[] all(int size, double value) {
    var result = new double[size];
    Arrays.fill(result, value);
    return result;
  }

  private static double[] rows(SparseTable table) {
    try (var reader = table.join(99)) {
      return reader.pullDoubles(KEYS);
    }
  }

  @Test
  void keepsWhatFloatsDoNotHave() {
    for (int shards = 1; shards <= 3; shards++) {
      try (var server = server(shards)) {
        var table = server.sparse("t", 2).doubles().optimizer(Optimizers.sgd(1)).create();
        try (var worker = table.join(0)) {
          worker.push(new long[] {7, -3, 7}, new double[] {1, 2, 3, 4, TINY, 0});
          assertThat(worker.pullDoubles(-3, 9, 7)).containsExactly(-3, -4, 0, 0, -1 - TINY, -2);
          worker.push(KEYS, all(2 * KEYS.length, TINY)); // through the store, if large
          worker.push(KEYS, all(2 * KEYS.length, 1)); // by the hash of the key list
          assertThat(worker.pullDoubles(KEYS)).containsOnly(-1 - TINY);
        }
      }
    }
  }

  @Test
  void rowsBeginAtRandomWithAllTheirBits() {
    try (var server = server(2)) {
      var table = server.sparse("t", 8).doubles().initial(0.1, 42).create();
      try (var worker = table.join(0)) {
        var before = worker.pullDoubles(1, 2, 3);
        worker.push(new long[] {2}, new double[8]); // creates the row
        assertThat(worker.pullDoubles(1, 2, 3)).containsExactly(before);
        assertThat(before).doesNotHaveDuplicates();
        for (double each : before) {
          assertThat(each).isBetween(-0.1, 0.1).isNotEqualTo((float) each);
        }
      }
    }
  }

  @Test
  void theMeanOfAStepIsOfDoublesAndMovesWithTheRows() {
    try (var server = server(2)) {
      var table = server
          .sparse("t", 1)
          .doubles()
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      try (var a = table.join(0);
          var b = table.join(1)) {
        a.push(KEYS, all(KEYS.length, 2 * TINY));
        a.clock();
        server.reshard(3); // with gradients that wait for the end of the step
        b.push(KEYS, all(KEYS.length, 2));
        b.clock();
        assertThat(a.pullDoubles(KEYS)).containsOnly(-1 - TINY);
      }
      server.reshard(1);
      assertThat(rows(table)).containsOnly(-1 - TINY);
      assertThat(table.rows()).isEqualTo(KEYS.length);
    }
  }

  @Test
  void copiesOfHotRowsAtWorkersChangeNothing() {
    assertThat(trained(20)).isEqualTo(trained(0));
  }

  private double[] trained(int hot) {
    try (var server = server(2)) {
      var table = server
          .sparse("t", 1)
          .doubles()
          .optimizer(Optimizers.sgd(1))
          .hotKeys(hot)
          .create();
      try (var worker = table.join(0)) {
        for (int step = 0; step < 5; step++) {
          worker.push(new long[] {1, KEYS[step], 1}, new double[] {1, TINY, TINY});
          worker.push(KEYS, all(KEYS.length, TINY));
          worker.clock();
          assertThat(worker.pullDoubles(1)).hasSize(1);
        }
        return worker.pullDoubles(KEYS);
      }
    }
  }

  @Test
  void goesOnFromACheckpointOfDoublesAndOfNothingElse(@TempDir Path directory) {
    try (var server =
            ParameterServer.builder(runtime).shards(2).checkpoints(directory).build();
        var other = server(3)) {
      var table = adagrad(server).create();
      train(table);
      server.checkpoint();
      var restored = adagrad(other).restore(directory).create();
      assertThat(restored.rows()).isEqualTo(KEYS.length);
      train(table);
      train(restored);
      assertThat(rows(restored)).isEqualTo(rows(table));
      var floats = other.sparse("t", 3).optimizer(Optimizers.adagrad(0.1));
      assertThatThrownBy(() -> floats.restore(directory).create())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("doubles");
    }
  }

  private static SparseTable.Builder adagrad(ParameterServer server) {
    return server.sparse("t", 3).doubles().optimizer(Optimizers.adagrad(0.1)).initial(0.5, 9);
  }

  private static void train(SparseTable table) {
    try (var worker = table.join(0)) {
      for (int i = 1; i < 5; i++) {
        worker.push(KEYS, all(3 * KEYS.length, i));
      }
    }
  }

  @Test
  void refusesTheOtherTypeAndWhatIsNone() {
    try (var server = server(1)) {
      var floats = server.sparse("floats", 1).create();
      var doubles = server.sparse("doubles", 1).doubles().create();
      try (var a = floats.join(0);
          var b = doubles.join(0)) {
        assertThatThrownBy(() -> a.push(new long[] {1}, new double[1]))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("Got doubles for sparse table floats")
            .hasMessageContaining("push floats");
        assertThatThrownBy(() -> b.push(new long[] {1}, new float[1]))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("push doubles");
        assertThatThrownBy(() -> a.pullDoubles(1))
            .isInstanceOf(TableException.class)
            .hasMessageContaining("use pull.");
        assertThatThrownBy(() -> b.pull(1))
            .isInstanceOf(TableException.class)
            .hasMessageContaining("sparse table doubles")
            .hasMessageContaining("use pullDoubles");
        assertThatThrownBy(() -> b.push(new long[] {1}, new double[] {Double.NaN}))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("NaN");
        assertThatThrownBy(() -> b.push(new long[] {1}, new double[2]))
            .isInstanceOf(KeyException.class);
      }
      assertThat(floats.rows() + doubles.rows()).isZero();
    }
  }
}
