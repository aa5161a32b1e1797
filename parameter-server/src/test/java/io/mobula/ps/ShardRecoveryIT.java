package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.placement.Placement;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of shards whose JVM is killed, and that recover from a replica or a checkpoint. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ShardRecoveryIT {
  private static final int LARGE = 50_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private LocalCluster cluster;

  @BeforeAll
  void open() {
    cluster = LocalCluster.builder()
        .nodes(4) // each test kills one
        .cpusPerNode(8)
        .settings(Mobula.settings().storeCapacity(64L << 20))
        .start();
  }

  @AfterAll
  void close() {
    threads.shutdownNow();
    cluster.close();
  }

  private ParameterServer.Builder builder(int home) {
    return ParameterServer.builder(cluster.runtime())
        .shards(2)
        .placement(Placement.preferring(cluster.nodes().get(home).id()));
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  @Test
  void eachPushCountsOnceWhenAShardIsKilledThatHasAReplica() throws Exception {
    var adam = Optimizers.adam(0.01);
    float[] undisturbed;
    try (var server = builder(0).build()) {
      undisturbed = trained(server, adam, () -> {});
    }
    try (var server = builder(0).replicas(1).build()) {
      var killed = cluster.nodes().getFirst().pid();
      assertThat(server.shardLocations()).extracting(ProcessLocation::pid).containsOnly(killed);
      assertThat(server.replicaLocations()).extracting(ProcessLocation::pid).doesNotContain(killed);
      var sgd = Optimizers.sgd(1);
      var small = server.dense("small", 20).optimizer(sgd).create();
      var large = server
          .dense("large", LARGE)
          .optimizer(sgd)
          .consistency(Consistency.boundedStaleness(1))
          .create();
      var bulk = server
          .dense("bulk", LARGE)
          .optimizer(sgd)
          .consistency(Consistency.bulkSynchronous())
          .create();
      var rows = server.sparse("rows", 2).doubles().optimizer(sgd).create();
      var keys = new Random(3).longs(100).toArray();
      int steps = 600;
      var begun = new AtomicInteger();
      var done = List.of(
          threads.submit(() -> push(small, steps, begun)),
          threads.submit(() -> push(large, steps, begun)),
          threads.submit(() -> push(bulk, steps, begun)),
          threads.submit(() -> {
            try (var worker = rows.join(0)) {
              var ones = new double[2 * keys.length];
              Arrays.fill(ones, 1);
              for (int i = 0; i < steps; i++) {
                if (i % 10 > 0) {
                  worker.push(keys, ones);
                  worker.clock();
                } else {
                  assertThat(worker.exchange(keys, ones)).contains(-i - 1);
                }
                begun.incrementAndGet();
              }
            }
          }));
      while (begun.get() < steps) {
        assertThat(done).noneMatch(each -> each.state() == Future.State.FAILED);
        Thread.onSpinWait();
      }
      assertThat(trained(server, adam, () -> cluster.kill(0))).isEqualTo(undisturbed);
      for (var each : done) {
        each.get(100, TimeUnit.SECONDS);
      }
      assertThat(small.toFloats()).containsOnly(-steps);
      assertThat(large.toFloats()).containsOnly(-steps);
      assertThat(bulk.toFloats()).containsOnly(-steps);
      try (var reader = rows.join(1)) {
        assertThat(reader.pullDoubles(keys)).containsOnly(-steps);
      }
    }
  }

  @Test
  void eachPushCountsOnceWhenAShardIsKilledWhileParametersMove() throws Exception {
    try (var server = builder(2).replicas(1).build()) {
      var sgd = Optimizers.sgd(1);
      var small = server.dense("small", 60).optimizer(sgd).create();
      var bulk = server
          .dense("bulk", LARGE)
          .optimizer(sgd)
          .consistency(Consistency.bulkSynchronous())
          .create();
      int steps = 400;
      var begun = new AtomicInteger();
      var done = List.of(
          threads.submit(() -> push(small, steps, begun)),
          threads.submit(() -> push(bulk, steps, begun)));
      var moves = threads.submit(() -> {
        int moved = 0;
        for (int i = 0; done.stream().anyMatch(each -> !each.isDone()); i++) {
          int before = begun.get();
          while (begun.get() < before + 20 && done.stream().anyMatch(each -> !each.isDone())) {
            Thread.onSpinWait();
          }
          try {
            server.reshard(2 + i % 3);
            moved++;
          } catch (TableException diedMeanwhile) {
            assertThat(diedMeanwhile).hasMessageContaining("Try again");
          }
        }
        return moved;
      });
      while (begun.get() < steps / 2) {
        assertThat(done).noneMatch(each -> each.state() == Future.State.FAILED);
        Thread.onSpinWait();
      }
      cluster.kill(2);
      for (var each : done) {
        each.get(100, TimeUnit.SECONDS);
      }
      assertThat(moves.get(100, TimeUnit.SECONDS)).isPositive();
      assertThat(small.toFloats()).containsOnly(-steps);
      assertThat(bulk.toFloats()).containsOnly(-steps);
    }
  }

  private static void push(DenseTable table, int steps, AtomicInteger begun) {
    var ones = all((int) table.size(), 1);
    try (var worker = table.join(0)) {
      for (int i = 0; i < steps; i++) {
        if (i % 2 == 0) {
          worker.push(ones);
          worker.clock();
          worker.pull().close();
        } else {
          worker.exchange(ones).close();
        }
        begun.incrementAndGet();
      }
    }
  }

  private static float[] trained(ParameterServer server, Optimizer optimizer, Runnable between) {
    var table = server.dense("w", 1000).optimizer(optimizer).create();
    try (var worker = table.join(0)) {
      for (int i = 0; i < 20; i++) {
        if (i == 10) {
          between.run();
        }
        worker.exchange(all(1000, i - 8.5f)).close();
      }
    }
    return table.toFloats();
  }

  @Test
  void aShardWithoutAReplicaGoesOnFromTheLastCheckpoint(@TempDir Path directory) {
    try (var server = builder(1).checkpoints(directory).build()) {
      var dense = server.dense("w", LARGE).optimizer(Optimizers.sgd(1)).create();
      var sparse = server.sparse("rows", 2).optimizer(Optimizers.sgd(1)).create();
      long[] keys = {1, 2, 3, 1L << 60};
      var early = dense.join(0, 0);
      var rows = sparse.join(0, 0);
      push(early, rows, keys, 10);
      server.checkpoint();
      var late = dense.join(1, 0); // not in the checkpoint
      push(late, rows, keys, 5); // lost
      cluster.kill(1);
      push(early, rows, keys, 7);
      push(late, rows, keys, 4);
      assertThat(dense.toFloats()).containsOnly(-21);
      assertThat(rows.pull(keys)).containsOnly(-21);
      early.close();
      late.close();
      rows.close();
    }
  }

  private static void push(DenseWorker dense, SparseWorker sparse, long[] keys, int times) {
    for (int i = 0; i < times; i++) {
      dense.push(all(LARGE, 1));
      if (i % 2 == 0) {
        sparse.push(keys, all(2 * keys.length, 1));
      } else {
        sparse.exchange(keys, all(2 * keys.length, 1));
      }
    }
  }
}
