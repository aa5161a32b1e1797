package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ParameterServerTest {
  private static MobulaRuntime runtime;

  @BeforeAll
  static void open() {
    runtime = Mobula.init(Mobula.settings().cpus(2));
  }

  @AfterAll
  static void close() {
    runtime.close();
  }

  @Test
  void startsWithTheFirstWeightsOnAnyNumberOfShards() {
    float[] initial = {0, 1, 2, 3, 4, 5, 6};
    for (int shards = 1; shards <= initial.length; shards++) {
      try (var server = ParameterServer.builder(runtime).shards(shards).start(initial)) {
        assertThat(server.table().pull()).containsExactly(initial);
        assertThat(server.table().shards()).isEqualTo(shards);
      }
    }
  }

  @Test
  void givesEachPullAVectorOfItsOwn() {
    try (var server = builder().shards(1).start(new float[5])) {
      server.table().pull()[0] = 9;
      assertThat(server.table().pull()).containsOnly(0);
    }
  }

  @Test
  void saysWhereItsShardsLive() {
    try (var server = builder().start(new float[5])) {
      assertThat(server.places())
          .hasSize(server.table().shards())
          .containsOnly(new Place(runtime.nodeId(), ProcessHandle.current().pid()));
    }
  }

  @Test
  void appliesAPushOnEveryShardBeforeTheSameWorkerPulls() {
    try (var server = builder().start(new float[5]);
        var worker = server.table().join()) {
      worker.push(new float[] {1, 2, 3, 4, 5});

      assertThat(worker.pull()).containsExactly(-1, -2, -3, -4, -5);
      worker.flush();
      assertThat(server.table().updates()).isEqualTo(1);
    }
  }

  @Test
  void losesNoPushOfManyWorkersInTasks() {
    int workers = 4;
    int pushes = 50;
    try (var server = builder().start(new float[10])) {
      var table = server.table();
      var done = IntStream.range(0, workers)
          .mapToObj(i -> runtime
              .action(ParameterServerTest::pushOnes, table, pushes)
              .cpus(0.5)
              .remote())
          .toList();
      runtime.get(done);

      assertThat(table.updates()).isEqualTo((long) workers * pushes);
      assertThat(table.pull()).containsOnly(-workers * pushes);
    }
  }

  private static void pushOnes(DenseTable table, int times) {
    var ones = new float[table.size()];
    Arrays.fill(ones, 1);
    try (var worker = table.join()) {
      for (int i = 0; i < times; i++) {
        worker.push(ones);
      }
    }
  }

  @Test
  void refusesWrongGradientsBeforeAnyShardSeesThem() {
    try (var server = builder().start(new float[5]);
        var worker = server.table().join()) {
      assertThatThrownBy(() -> worker.push(new float[4]))
          .isInstanceOf(GradientException.class)
          .hasMessageContaining("4 numbers for 5 parameters");
      assertThatThrownBy(() -> worker.push(new float[] {0, 0, 0, 0, Float.NaN}))
          .isInstanceOf(GradientException.class)
          .hasMessageContaining("NaN at index 4");
      assertThatThrownBy(() -> worker.push(new float[] {Float.POSITIVE_INFINITY, 0, 0, 0, 0}))
          .isInstanceOf(GradientException.class)
          .hasMessageContaining("Infinity at index 0");
      assertThat(server.table().updates()).isZero();
    }
  }

  @Test
  void refusesWhatCannotBeAServer() {
    assertThatThrownBy(() -> builder().shards(6).start(new float[5]))
        .hasMessageContaining("Use fewer shards");
    assertThatThrownBy(() -> builder().start(new float[] {1, Float.NaN}))
        .isInstanceOf(GradientException.class);
    try (var server = builder().start(new float[5])) {
      assertThatThrownBy(() -> server.table().join(-1)).hasMessageContaining("maxInFlight=-1");
    }
  }

  @Test
  void saysThatItIsClosed() {
    var server = builder().start(new float[5]);
    var worker = server.table().join(0);
    server.close();
    server.close();

    assertThatThrownBy(() -> worker.push(new float[5])).isInstanceOf(ServerClosedException.class);
    assertThatThrownBy(worker::pull).isInstanceOf(ServerClosedException.class);
    assertThatThrownBy(server.table()::updates).isInstanceOf(ServerClosedException.class);
    worker.close();
  }

  @Test
  void saysThatItsRuntimeIsClosed() {
    var other = Mobula.init(Mobula.settings().cpus(1));
    var server = ParameterServer.builder(other).start(new float[5]);
    other.close();

    assertThatThrownBy(server.table()::pull).isInstanceOf(ServerClosedException.class);
    server.close();
  }

  @Test
  void letsAWorkerHoldNoMorePushesThanItMay() {
    try (var server = builder().start(new float[4]);
        var worker = server.table().join(0)) {
      worker.push(new float[] {1, 1, 1, 1});

      assertThat(server.table().updates()).isEqualTo(1); // applied before push returned
    }
  }

  private static ParameterServer.Builder builder() {
    return ParameterServer.builder(runtime).shards(2).optimizer(Sgd.of(1));
  }
}
