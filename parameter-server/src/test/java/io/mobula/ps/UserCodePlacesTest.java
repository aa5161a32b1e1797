package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.ps.FaultInjectingOptimizer.FaultKind;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.LearningRateSchedule;
import io.mobula.ps.optimizer.OptimizerStep;
import io.mobula.ps.optimizer.Optimizers;
import java.io.ObjectInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of the places, other than updates and steps, where a table calls a user's class: whoever
 * waits gets an exception that names the table and the class, and the shard and its other tables
 * live on.
 */
class UserCodePlacesTest extends ParameterServerTestBase {
  private static final Set<String> ARMED = ConcurrentHashMap.newKeySet();
  private static final long[] KEYS = {1, 2, 3, 4, 5, 6};

  private static void at(String name, FaultKind faultKind) {
    if (ARMED.contains(name)) {
      faultKind.act();
    }
  }

  /** Partitioner by remainder that fails while its name is armed. */
  record FaultyPartitioner(String name, FaultKind faultKind) implements Partitioner {
    @Override
    public int shardOf(long key, int shards) {
      at(name, faultKind);
      return (int) (key % shards);
    }
  }

  /** Schedule of 1 that fails while its name is armed. */
  record FaultySchedule(String name, FaultKind faultKind) implements LearningRateSchedule {
    @Override
    public double factorAt(long step) {
      at(name, faultKind);
      return 1;
    }
  }

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Asserts an exception that names the table and the class. */
  private static void assertNames(@Nullable Throwable thrown, String table, Class<?> code) {
    assertThat(thrown)
        .isInstanceOfAny(TableException.class, HeapException.class)
        .hasMessageContaining(table)
        .hasMessageContaining(code.getName());
  }

  // ---- partitioners

  private static SparseTable rows(ParameterServer server, FaultyPartitioner partitioner) {
    return server
        .sparse("rows", 1)
        .optimizer(Optimizers.sgd(1))
        .partitioner(partitioner)
        .create();
  }

  private static void assertPartitioner(@Nullable Throwable thrown) {
    assertNames(thrown, "sparse table rows", FaultyPartitioner.class);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aPartitionerFailsTheCallersRequest(FaultKind faultKind) {
    var partitioner = new FaultyPartitioner("requests" + faultKind, faultKind);
    try (var server = server(2)) {
      var table = rows(server, partitioner);
      try (var worker = table.join(0)) {
        ARMED.add(partitioner.name());
        assertPartitioner(catchThrowable(() -> worker.pull(KEYS)));
        assertPartitioner(catchThrowable(() -> worker.push(KEYS, ones(KEYS.length))));
        assertPartitioner(catchThrowable(() -> worker.exchange(KEYS, ones(KEYS.length))));
        ARMED.remove(partitioner.name());
        assertThat(worker.steps()).isZero(); // the exchange that failed has not ended the step
        assertThat(worker.pull(KEYS)).containsOnly(0);
        assertThat(worker.exchange(KEYS, ones(KEYS.length))).containsOnly(-1);
        assertThat(worker.steps()).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aPartitionerThatFailsAsABatchIsSentFailsTheStagesOfItsPushes(FaultKind faultKind) {
    var partitioner = new FaultyPartitioner("batch" + faultKind, faultKind);
    try (var server = server(2)) {
      var table = rows(server, partitioner);
      try (var worker = table.join(0, 1, PushBatchLimits.of(100))) {
        var taken = worker.startPush(KEYS, ones(KEYS.length));
        ARMED.add(partitioner.name());
        assertPartitioner(catchThrowable(worker::flush));
        ARMED.remove(partitioner.name());
        assertThatThrownBy(() -> taken.toCompletableFuture().get(10, TimeUnit.SECONDS))
            .cause()
            .satisfies(UserCodePlacesTest::assertPartitioner);
        worker.push(KEYS, ones(KEYS.length));
        worker.flush();
        assertThat(worker.pull(KEYS)).containsOnly(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aPartitionerThatFailsDuringAMoveKeepsTheTablesWhereTheyAre(FaultKind faultKind) {
    var partitioner = new FaultyPartitioner("move" + faultKind, faultKind);
    try (var server = server(1)) {
      var other = server.dense("other", 8).initial(ones(8)).create();
      var table = rows(server, partitioner);
      try (var worker = table.join(0)) {
        worker.push(KEYS, ones(KEYS.length));
        worker.flush();
        ARMED.add(partitioner.name());
        assertPartitioner(catchThrowable(() -> server.reshard(2)));
        ARMED.remove(partitioner.name());
        assertThat(server.shards()).isEqualTo(1);
        assertThat(worker.pull(KEYS)).containsOnly(-1);
        assertThat(other.toFloats()).containsOnly(1);
        server.reshard(2);
        assertThat(worker.pull(KEYS)).containsOnly(-1);
        assertThat(other.toFloats()).containsOnly(1);
      }
    }
  }

  @Test
  void aPartitionerThatBlocksHoldsUpItsCallerOnly() throws Exception {
    var partitioner = new FaultyPartitioner("blocks", FaultKind.BLOCKS);
    try (var server = server(2)) {
      var table = rows(server, partitioner);
      var other = server.dense("other", 8).initial(ones(8)).create();
      try (var worker = table.join(0)) {
        ARMED.add(partitioner.name());
        var told = new CompletableFuture<@Nullable Throwable>();
        var caller =
            Thread.ofPlatform().start(() -> told.complete(catchThrowable(() -> worker.pull(KEYS))));
        assertThat(FaultInjectingOptimizer.BLOCKED.tryAcquire(30, TimeUnit.SECONDS))
            .isTrue();
        assertThat(other.toFloats()).containsOnly(1);
        assertThat(table.rows()).isZero();
        caller.interrupt();
        assertPartitioner(told.get(30, TimeUnit.SECONDS));
        ARMED.remove(partitioner.name());
      }
    }
  }

  @Test
  void aMoveThatWaitsForAPartitionerIsToldWhenTheServerCloses() throws Exception {
    var partitioner = new FaultyPartitioner("blocks a move", FaultKind.BLOCKS);
    var server = server(1);
    var table = rows(server, partitioner);
    var worker = table.join(0);
    worker.push(KEYS, ones(KEYS.length));
    worker.flush();
    ARMED.add(partitioner.name());
    var told = new CompletableFuture<@Nullable Throwable>();
    Thread.ofPlatform().start(() -> told.complete(catchThrowable(() -> server.reshard(2))));
    assertThat(FaultInjectingOptimizer.BLOCKED.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    server.close();
    assertThat(told.get(30, TimeUnit.SECONDS)).isInstanceOf(ServerClosedException.class);
    ARMED.remove(partitioner.name());
  }

  // ---- schedules and optimizers

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aScheduleFailsThePush(FaultKind faultKind) {
    var schedule = new FaultySchedule("schedule" + faultKind, faultKind);
    var optimizer = Optimizers.sgd(1).schedule(schedule);
    try (var server = server(1)) {
      var dense = server.dense("w", 8).optimizer(optimizer).create();
      var sparse = server.sparse("rows", 1).optimizer(optimizer).create();
      try (var a = dense.join(0, 0);
          var b = sparse.join(0, 0)) {
        ARMED.add(schedule.name());
        assertNames(catchThrowable(() -> push(a)), "table w", optimizer.getClass());
        assertNames(
            catchThrowable(() -> {
              b.push(KEYS, ones(KEYS.length));
              b.flush();
            }),
            "sparse table rows",
            optimizer.getClass());
        ARMED.remove(schedule.name());
        push(a);
        assertThat(dense.toFloats()).containsOnly(-1);
        assertThat(b.pull(KEYS)).containsOnly(0);
      }
    }
  }

  private static void push(DenseWorker worker) {
    worker.push(ones(8));
    worker.flush();
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -1, Double.POSITIVE_INFINITY})
  void aRateThatIsNoneIsRefused(double rate) {
    LearningRateSchedule schedule = step -> step == 1 ? rate : 1;
    try (var server = server(1)) {
      var table =
          server.dense("w", 8).optimizer(Optimizers.sgd(1).schedule(schedule)).create();
      try (var worker = table.join(0, 0)) {
        assertThat(catchThrowable(() -> push(worker)))
            .isInstanceOf(TableException.class)
            .hasMessageContaining("table w")
            .hasMessageContaining("rateAt(1) returned " + rate);
      }
      assertThat(table.toFloats()).containsOnly(0);
    }
  }

  /** Optimizer with one answer that is none. */
  record BadAnswers(int stateVectors, @Nullable OptionalDouble rate) implements InertOptimizer {
    @Override
    @SuppressWarnings("NullAway") // intended
    public OptionalDouble plainDescentRate(OptimizerStep step) {
      return rate;
    }
  }

  @Test
  void answersOfAnOptimizerThatAreNoneAreRefused() {
    try (var server = server(1)) {
      assertNames(
          catchThrowable(() -> server
              .dense("w", 8)
              .optimizer(new BadAnswers(-1, OptionalDouble.empty()))
              .create()),
          "table w",
          BadAnswers.class);
      for (var rate : new OptionalDouble[] {null, OptionalDouble.of(Double.NaN)}) {
        var table =
            server.dense("descent" + rate, 8).optimizer(new BadAnswers(0, rate)).create();
        try (var worker = table.join(0, 0)) {
          assertNames(catchThrowable(() -> push(worker)), "table descent", BadAnswers.class);
        }
        assertThat(table.toFloats()).containsOnly(0);
      }
    }
  }

  @Test
  void aPushWhoseUpdateDoesNotReturnIsToldWhenTheServerCloses() throws Exception {
    var schedule = new FaultySchedule("blocks a push", FaultKind.BLOCKS);
    var server = server(1);
    var table =
        server.dense("w", 8).optimizer(Optimizers.sgd(1).schedule(schedule)).create();
    var worker = table.join(0, 0);
    ARMED.add(schedule.name());
    var told = new CompletableFuture<@Nullable Throwable>();
    Thread.ofPlatform().start(() -> told.complete(catchThrowable(() -> push(worker))));
    assertThat(FaultInjectingOptimizer.BLOCKED.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    server.close();
    assertThat(told.get(30, TimeUnit.SECONDS)).isInstanceOf(ServerClosedException.class);
    ARMED.remove(schedule.name());
  }

  // ---- descriptions

  /** Optimizer and aggregator whose description and answer to {@code isMean} fail. */
  record Undescribed(String name, FaultKind faultKind) implements InertOptimizer, Aggregator {
    @Override
    public String toString() {
      at(name, faultKind);
      return "described";
    }

    @Override
    public boolean isMean() {
      at(name + " mean", faultKind);
      return false;
    }

    @Override
    public void aggregate(float[][] gradients, int workers, int count, float[] into) {}

    @Override
    public void aggregate(double[][] gradients, int workers, int count, double[] into) {}
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aDescriptionThatFailsHarmsNoCheckpoint(FaultKind faultKind, @TempDir Path directory)
      throws Exception {
    var code = new Undescribed("text" + faultKind, faultKind);
    try (var server =
        ParameterServer.builder(runtime).shards(1).checkpoints(directory).build()) {
      server.dense("w", 8).optimizer(code).create();
      ARMED.add(code.name());
      var written = server.checkpoint().get("w");
      assertThat(written).isNotNull();
      try (var files = Files.list(written)) {
        assertThat(files.filter(file -> file.getFileName().toString().startsWith("manifest")))
            .singleElement()
            .satisfies(file -> assertThat(Files.readString(file))
                .contains("optimizer=" + Undescribed.class.getName()));
      }
      assertThatThrownBy(() -> server.dense("v", 8).aggregator(code).create())
          .isInstanceOf(TableException.class)
          .hasMessageContaining("aggregated by " + Undescribed.class.getName());
      ARMED.remove(code.name());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void anAggregatorThatDoesNotSayWhetherItIsTheMean(FaultKind faultKind) {
    var code = new Undescribed("is" + faultKind, faultKind);
    try (var server = server(1)) {
      var table = server.dense("w", 8).aggregator(code).consistency(Consistency.bulkSynchronous());
      ARMED.add(code.name() + " mean");
      assertNames(catchThrowable(table::create), "table w", Undescribed.class);
      ARMED.remove(code.name() + " mean");
      assertThat(table.create().toFloats()).containsOnly(0);
    }
  }

  // ---- serialization

  /** Optimizer that misbehaves when a shard reads it. */
  static final class ReadBadly implements InertOptimizer {
    private static final long serialVersionUID = 1L;

    private final FaultKind faultKind;
    private int changing;

    ReadBadly(FaultKind faultKind) {
      this.faultKind = faultKind;
    }

    private void readObject(ObjectInputStream in) throws Exception {
      in.defaultReadObject();
      changing++;
      faultKind.act();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void anOptimizerThatCannotBeReadHarmsOnlyItsTable(FaultKind faultKind) {
    try (var server = server(2)) {
      var other = server.dense("other", 8).initial(ones(8)).create();
      assertThat(catchThrowable(
              () -> server.dense("w", 8).optimizer(new ReadBadly(faultKind)).create()))
          .isInstanceOfAny(TableException.class, HeapException.class)
          .hasMessageContaining("table w");
      assertThat(other.toFloats()).containsOnly(1);
      var table = server.dense("w", 8).create(); // the name is free
      assertThat(table.toFloats()).containsOnly(0);
    }
  }
}
