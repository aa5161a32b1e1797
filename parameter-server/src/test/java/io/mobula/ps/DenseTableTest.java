package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mobula.ps.compression.Compression;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.error.WorkerEvictedException;
import io.mobula.ps.optimizer.Optimizers;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DenseTableTest extends ParameterServerTestBase {
  private static final int LARGE = 60_000; // 240 KB: in store memory on one and on two shards

  private static DenseTable table(ParameterServer server, int size) {
    return server.dense("w" + size, size).optimizer(Optimizers.sgd(1)).create();
  }

  private static float[] ones(int size) {
    var result = new float[size];
    Arrays.fill(result, 1);
    return result;
  }

  @Test
  void startsWithTheFirstWeightsOnAnyNumberOfShards() {
    float[] initial = {0, 1, 2, 3, 4, 5, 6};
    for (int shards = 1; shards <= initial.length; shards++) {
      try (var server = server(shards)) {
        var table = server.dense("w", initial.length).initial(initial).create();
        assertThat(table.toFloats()).containsExactly(initial);
        assertThat(table.shards()).isEqualTo(shards);
        assertThat(table.updates()).isZero();
      }
    }
  }

  @Test
  void saysWhereItsShardsLive() {
    try (var server = server(3)) {
      assertThat(server.shardLocations())
          .hasSize(3)
          .containsOnly(
              new ProcessLocation(runtime.nodeId(), ProcessHandle.current().pid()));
    }
  }

  @Test
  void appliesAPushOnEveryShardBeforeTheSameWorkerPulls() {
    for (int size : new int[] {5, LARGE}) {
      try (var server = server(2);
          var worker = table(server, size).join(0)) {
        worker.push(ones(size));
        try (var pulled = worker.pull()) {
          assertThat(pulled.version()).isEqualTo(1);
          assertThat(pulled.toFloats()).containsOnly(-1);
        }
      }
    }
  }

  @Test
  void aPulledVersionStaysAsItIsWhileOthersArePushed() {
    try (var server = server(1);
        var worker = table(server, LARGE).join(0);
        var before = worker.pull()) {
      worker.push(ones(LARGE));
      try (var after = worker.pull()) {
        assertThat(after.get(LARGE - 1)).isEqualTo(-1);
        assertThat(before.get(LARGE - 1)).isZero();
      }
    }
  }

  @Test
  void oneVersionIsOneObjectForAllItsReaders() {
    try (var server = server(1)) {
      var table = table(server, LARGE);
      try (var first = table.pull();
          var second = table.pull()) {
        assertThat(second.segment(0).address()).isEqualTo(first.segment(0).address());
        assertThat(runtime.storeUsage().objects()).isEqualTo(1);
      }
    }
  }

  @Test
  void memoryComesBackAtOnceAndNotWhenTheCollectorRuns() {
    try (var server = server(1);
        var worker = table(server, 5_000_000).join(0)) { // 20 MB, in a store of 256 MB
      for (int i = 0; i < 60; i++) {
        try (var slot = worker.claim()) {
          slot.segment(0).fill((byte) 0);
          slot.set(0, 1);
          worker.exchange(slot).close();
        }
      }
      try (var pulled = worker.pull()) {
        assertThat(pulled.get(0)).isEqualTo(-60);
      }
    }
  }

  @Test
  void writesAGradientInPlace() {
    try (var server = server(2);
        var worker = table(server, LARGE).join(0)) {
      try (var slot = worker.claim()) {
        assertThat(slot.stretches()).isEqualTo(2);
        for (int i = 0; i < slot.stretches(); i++) {
          for (long at = 0; at < slot.range(i).length(); at++) {
            float value = slot.range(i).from() + at;
            slot.segment(i).setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
          }
        }
        worker.push(slot);
        assertThatThrownBy(() -> slot.set(0, 1)).isInstanceOf(IllegalStateException.class);
      }
      try (var pulled = worker.pull()) {
        assertThat(pulled.get(1)).isEqualTo(-1);
        assertThat(pulled.get(LARGE - 1)).isEqualTo(1 - LARGE);
      }
    }
  }

  @Test
  void pushesAndPullsSomeParameters() {
    for (int size : new int[] {100, LARGE}) {
      try (var server = server(2);
          var worker = table(server, size).join(0)) {
        var middle = new KeyRange(size / 2 - 3, size / 2 + 3); // on both shards
        try (var slot = worker.claim(middle)) {
          slot.set(new float[] {1, 2, 3, 4, 5, 6});
          worker.push(slot);
        }
        try (var some = worker.pull(middle);
            var all = worker.pull()) {
          assertThat(some.toFloats()).containsExactly(-1, -2, -3, -4, -5, -6);
          assertThat(some.get(size / 2)).isEqualTo(-4);
          assertThat(all.toFloats()).contains(-1, -6);
          assertThat(all.get(0)).isZero();
          assertThat(all.get(size - 1)).isZero();
          assertThatThrownBy(() -> some.get(0)).isInstanceOf(KeyException.class);
        }
      }
    }
  }

  @Test
  void keepsDoublesAsDoubles() {
    try (var server = server(2)) {
      var table =
          server.dense("d", 40_000).doubles().optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0)) {
        var gradient = new double[40_000];
        Arrays.fill(gradient, 1e-12);
        gradient[7] = 1 + 1e-12;
        worker.push(gradient);
        try (var pulled = worker.pull()) {
          assertThat(pulled.get(7)).isEqualTo(-1 - 1e-12);
          assertThat(pulled.toDoubles()[8]).isEqualTo(-1e-12);
        }
      }
    }
  }

  @Test
  void exchangesInOneTrip() {
    for (int size : new int[] {10, LARGE}) {
      try (var server = server(2);
          var worker = table(server, size).join(0)) {
        for (int i = 1; i <= 20; i++) {
          try (var pulled = worker.exchange(ones(size))) {
            assertThat(pulled.get(size - 1)).isEqualTo(-i);
          }
        }
        assertThat(worker.steps()).isEqualTo(20);
      }
    }
  }

  @Test
  void pullsWhileTheWorkerDoesSomethingElse() {
    try (var server = server(2);
        var worker = table(server, LARGE).join(0);
        var coming = worker.startPull()) {
      worker.push(ones(LARGE));
      try (var pulled = coming.await()) {
        assertThat(pulled.get(3)).isZero(); // it was requested before the push
      }
      assertThatThrownBy(coming::await).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void losesNoPushOfManyWorkersInTasks() {
    int workers = 4;
    int pushes = 50;
    try (var server = server(2)) {
      var table = table(server, 10);
      runtime.get(IntStream.range(0, workers)
          .mapToObj(rank -> runtime
              .action(DenseTableTest::pushOnes, table, rank, pushes)
              .cpus(0.5)
              .remote())
          .toList());
      assertThat(table.updates()).isEqualTo((long) workers * pushes);
      assertThat(table.toFloats()).containsOnly(-workers * pushes);
      assertThat(table.metrics()).allSatisfy(shard -> {
        assertThat(shard.pushes()).isEqualTo((long) workers * pushes);
        assertThat(shard.workers()).isZero();
        assertThat(shard.nanosPerUpdate()).isPositive();
      });
    }
  }

  private static void pushOnes(DenseTable table, int rank, int times) {
    try (var worker = table.join(rank)) {
      for (int i = 0; i < times; i++) {
        worker.push(ones((int) table.size()));
      }
    }
  }

  @Test
  void optimizersKeepTheirStateOnTheShards() {
    try (var server = server(2)) {
      var table = server.dense("m", 4).optimizer(Optimizers.momentum(1, 0.5)).create();
      try (var worker = table.join(0)) {
        worker.push(ones(4));
        worker.push(ones(4));
        try (var pulled = worker.pull()) {
          assertThat(pulled.toFloats()).containsOnly(-2.5f); // -1, then -1.5 more
        }
      }
    }
  }

  @Test
  void compressedGradientsArriveInTime() {
    for (var compression : new Compression[] {
      Compression.topK(0.25), Compression.eightBit(), Compression.oneBit().lz4()
    }) {
      try (var server = server(2)) {
        var table = server
            .dense("c", 1000)
            .optimizer(Optimizers.sgd(1))
            .compression(compression)
            .create();
        try (var worker = table.join(0)) {
          for (int i = 0; i < 40; i++) {
            worker.push(ones(1000));
          }
          try (var pulled = worker.pull()) {
            for (float weight : pulled.toFloats()) {
              assertThat(weight).isBetween(-40.5f, -35f);
            }
          }
        }
        assertThat(table.metrics().getFirst().bytesIn()).isLessThan(40 * 500 * 4 / 2);
      }
    }
  }

  // ---- bad input

  @Test
  void refusesWrongGradientsBeforeAnyShardSeesThem() {
    try (var server = server(2)) {
      var table = table(server, 5);
      try (var worker = table.join(0)) {
        assertThatThrownBy(() -> worker.push(new float[4]))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("4 numbers for 5 parameters");
        assertThatThrownBy(() -> worker.push(new float[] {0, 0, 0, 0, Float.NaN}))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("NaN at index 4");
        assertThatThrownBy(() -> worker.push(new float[] {Float.POSITIVE_INFINITY, 0, 0, 0, 0}))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("Infinity at index 0");
        assertThatThrownBy(() -> worker.push(new double[5]))
            .isInstanceOf(GradientException.class)
            .hasMessageContaining("push floats");
        assertThat(table.updates()).isZero();
      }
    }
  }

  @Test
  void repairsOrClipsWhatIsTooLargeWhereTheTableSaysSo() {
    try (var server = server(2)) {
      var table = server
          .dense("r", 4)
          .optimizer(Optimizers.sgd(1))
          .repairNotFinite()
          .clipByValue(2)
          .create();
      try (var worker = table.join(0)) {
        worker.push(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 7, 1});
        assertThat(table.toFloats()).containsExactly(0, 2, -2, -1);
      }
      var normed =
          server.dense("n", 4).optimizer(Optimizers.sgd(1)).clipByNorm(1).create();
      try (var worker = normed.join(0)) {
        worker.push(new float[] {3, 0, 0, 4}); // one norm over both shards
        assertThat(normed.toFloats()[0]).isCloseTo(-0.6f, within(1e-6f));
        assertThat(normed.toFloats()[3]).isCloseTo(-0.8f, within(1e-6f));
      }
    }
  }

  @Test
  void refusesWhatCannotBeATable() {
    try (var server = server(6)) {
      assertThatThrownBy(() -> table(server, 5))
          .isInstanceOf(TableException.class)
          .hasMessageContaining("Use fewer shards");
      assertThatThrownBy(() -> server
              .dense("x", 6)
              .initial(new float[] {1, Float.NaN, 0, 0, 0, 0})
              .create())
          .isInstanceOf(GradientException.class);
      assertThatThrownBy(() -> server.dense("x", 6).initial(new float[5]).create())
          .isInstanceOf(GradientException.class);
      var table = server.dense("x", 6).create();
      assertThatThrownBy(() -> server.dense("x", 6).create())
          .isInstanceOf(TableException.class)
          .hasMessageContaining("\"x\" already");
      assertThatThrownBy(() ->
              server.dense("y", 6).doubles().compression(Compression.oneBit()).create())
          .isInstanceOf(TableException.class);
      assertThatThrownBy(() -> table.join(0, -1)).hasMessageContaining("maxInFlight=-1");
      try (var worker = table.join(0)) {
        assertThatThrownBy(() -> worker.pull(new KeyRange(3, 7))).isInstanceOf(KeyException.class);
        assertThatThrownBy(() -> worker.claim(new KeyRange(6, 7))).isInstanceOf(KeyException.class);
      }
    }
    assertThatThrownBy(() -> server(0)).isInstanceOf(TableException.class);
    assertThatThrownBy(() -> new KeyRange(2, 2)).isInstanceOf(KeyException.class);
  }

  @Test
  void saysThatItIsClosed() {
    var server = server(2);
    var table = table(server, 5);
    var worker = table.join(0, 0);
    server.close();
    server.close();

    assertThatThrownBy(() -> worker.push(new float[5])).isInstanceOf(ServerClosedException.class);
    assertThatThrownBy(worker::pull).isInstanceOf(ServerClosedException.class);
    assertThatThrownBy(table::updates).isInstanceOf(ServerClosedException.class);
    assertThatThrownBy(worker::close).isInstanceOf(ServerClosedException.class);
    worker.close();
    assertThatThrownBy(worker::pull).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aWorkerThatWasReplacedIsToldSo() {
    try (var server = server(1)) {
      var table = table(server, 5);
      var first = table.join(3, 0);
      try (var second = table.join(3, 0)) {
        assertThatThrownBy(() -> first.push(new float[5]))
            .isInstanceOf(WorkerEvictedException.class)
            .hasMessageContaining("Join again");
        second.push(ones(5));
      }
      assertThat(table.toFloats()).containsOnly(-1);
    }
  }

  @Test
  void letsAWorkerHoldNoMorePushesThanItMay() {
    try (var server = server(2)) {
      var table = table(server, 4);
      try (var worker = table.join(0, 0)) {
        worker.push(ones(4));
        assertThat(table.updates()).isEqualTo(1); // applied before push returned
      }
    }
  }

  @Test
  void severalGradientsGoInOnePush() {
    try (var server = server(2)) {
      for (var table : List.of(
          server.dense("floats", 3).optimizer(Optimizers.sgd(1)).create(),
          server.dense("doubles", 3).doubles().optimizer(Optimizers.sgd(1)).create())) {
        try (var worker = table.join(0);
            var slot = worker.claim()) {
          slot.set(new float[] {1, 2, 3});
          slot.add(new float[] {10, 20, 30});
          assertThatThrownBy(() -> slot.add(new float[2])).isInstanceOf(GradientException.class);
          worker.push(slot);
          worker.flush();
        }
        assertThat(table.toFloats()).containsExactly(-11, -22, -33);
        assertThat(table.updates()).isEqualTo(1);
      }
    }
  }
}
