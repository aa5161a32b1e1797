package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.placement.Placement;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.optimizer.Optimizers;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Tests with shards and workers in different JVMs, some of which are killed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class MultiProcessServerIT {
  private static final int LARGE = 2_000_000; // 8 MB, in stores of 64 MB

  private LocalCluster cluster;

  @BeforeAll
  void open() {
    cluster = cluster(3);
  }

  private static LocalCluster cluster(int nodes) {
    return LocalCluster.builder()
        .nodes(nodes)
        .cpusPerNode(2)
        .settings(Mobula.settings().storeCapacity(64L << 20))
        .start();
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  private NodeId node(int index) {
    return cluster.nodes().get(index).id();
  }

  private static ParameterServer server(LocalCluster cluster) {
    return ParameterServer.builder(cluster.runtime())
        .shards(2)
        .placement(Placement.on(cluster.nodes().getFirst().id()))
        .build();
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  @Test
  void largeGradientsAndWeightsTravelWithoutFillingAnyStore() {
    try (var server = server(cluster)) {
      var table = server.dense("large", LARGE).optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0)) {
        for (int i = 1; i <= 60; i++) {
          try (var pulled = worker.exchange(all(LARGE, 1))) {
            assertThat(pulled.get(0)).isEqualTo(-i);
            assertThat(pulled.get(LARGE - 1)).isEqualTo(-i);
          }
        }
      }
      assertThat(server.shardLocations())
          .extracting(ProcessLocation::pid)
          .containsOnly(cluster.nodes().getFirst().pid());
    }
  }

  @Test
  void workersOnSeveralNodesTrainInStep() {
    try (var server = server(cluster)) {
      var table = server
          .dense("step", 50_000)
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      var runtime = cluster.runtime();
      var actors = IntStream.range(0, 3)
          .mapToObj(rank -> runtime
              .actor(WorkerActor::new, table, rank)
              .placement(Placement.on(node(rank)))
              .remote())
          .toList();
      runtime.get(
          actors.stream().map(actor -> actor.call(WorkerActor::rank).remote()).toList());
      var sums = runtime.get(actors.stream()
          .map(actor -> actor.call(WorkerActor::train, 10).remote())
          .toList());
      assertThat(sums).containsOnly(-55.0); // the mean is 1: the sum of the numbers up to 10
    }
  }

  /** Actor that is a worker. */
  static final class WorkerActor {
    private final DenseTable table;
    private final DenseWorker worker;

    WorkerActor(DenseTable table, int rank) {
      this.table = table;
      this.worker = table.join(rank);
    }

    int rank() {
      return worker.rank();
    }

    double train(int steps) {
      double sum = 0;
      for (int step = 0; step < steps; step++) {
        try (var pulled = worker.exchange(all((int) table.size(), worker.rank()))) {
          sum += pulled.get(7);
        }
      }
      return sum;
    }
  }

  @Test
  void aKilledWorkerHoldsUpNobody() {
    try (var own = cluster(2);
        var server = server(own)) {
      var table = server
          .dense("killed", 50_000)
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous().workerTimeout(Duration.ofMinutes(10)))
          .create();
      var doomed = own.runtime()
          .actor(WorkerActor::new, table, 1)
          .placement(Placement.on(own.nodes().get(1).id()))
          .remote();
      assertThat(doomed.call(WorkerActor::rank).remote().get()).isEqualTo(1);
      try (var goesOn = table.join(0)) {
        goesOn.push(all(50_000, 1));
        goesOn.clock();
        var waits = goesOn.startPull();
        own.kill(1);
        try (var pulled = waits.await()) { // long before the worker timeout
          assertThat(pulled.get(3)).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void aKilledShardIsToldInTermsOfTheServer() {
    try (var own = cluster(1);
        var server = server(own)) {
      var worker = server.dense("lost", 100).create().join(0, 0);
      own.kill(0);
      assertThatThrownBy(() -> worker.push(all(100, 1))).isInstanceOf(ServerClosedException.class);
    }
  }
}
