package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.error.MobulaException;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.ParameterServerException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.error.TableException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a failure of a user's optimizer or aggregator fails its request, and nothing else. */
class UserCodeFailureTest extends ParameterServerTestBase {
  private static final int SIZE = 8;

  private static float[] ones() {
    var ones = new float[SIZE];
    Arrays.fill(ones, 1);
    return ones;
  }

  static Stream<Arguments> updates() {
    return misbehaving("rateAt", "update", "plainDescentRate");
  }

  static Stream<Arguments> steps() {
    return misbehaving("aggregate", "rateAt", "update");
  }

  /** Combines the methods with all kinds of failure except blocking. */
  private static Stream<Arguments> misbehaving(String... methods) {
    return Stream.of(methods)
        .flatMap(method ->
            EnumSet.complementOf(EnumSet.of(FaultInjectingOptimizer.FaultKind.BLOCKS)).stream()
                .map(faultKind -> Arguments.of(method, faultKind)));
  }

  private static void assertTyped(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOfAny(
            ParameterServerException.class, MobulaException.class, IllegalStateException.class);
  }

  /** Asserts an exception that names the table, the class and the method. */
  private static void assertNames(Throwable thrown, String method) {
    assertThat(thrown)
        .isInstanceOfAny(TableException.class, HeapException.class)
        .hasMessageContaining("table w")
        .hasMessageContaining(FaultInjectingOptimizer.class.getName())
        .hasMessageContaining(method);
  }

  @ParameterizedTest
  @MethodSource("updates")
  void anUpdateThatFails(String method, FaultInjectingOptimizer.FaultKind faultKind) {
    var hostile = new FaultInjectingOptimizer(method + faultKind, faultKind, method);
    try (var server = server(1)) {
      var other = server.dense("other", SIZE).initial(ones()).create();
      var table = server.dense("w", SIZE).optimizer(hostile).create();
      try (var worker = table.join(0, 0)) {
        hostile.arm();
        assertNames(
            catchThrowable(() -> {
              worker.push(ones());
              worker.flush();
            }),
            method);
        hostile.disarm();
        assertThat(other.toFloats()).containsOnly(1);
        worker.push(ones());
        worker.flush();
      }
      assertThat(table.toFloats()).containsOnly(-1);
    }
  }

  private static DenseTable bulk(ParameterServer server, FaultInjectingOptimizer hostile) {
    return server
        .dense("w", SIZE)
        .optimizer(hostile)
        .aggregator(hostile)
        .consistency(Consistency.bulkSynchronous())
        .create();
  }

  /** Flushes until no failure is left to be thrown. */
  private static void flushAll(DenseWorker worker) {
    for (int i = 0; i < 10; i++) {
      var thrown = catchThrowable(worker::flush);
      if (thrown == null) {
        return;
      }
      assertStep(thrown);
    }
    throw new AssertionError("a flush fails each time");
  }

  private static void assertStep(Throwable thrown) {
    assertThat(thrown).isInstanceOfAny(TableException.class, HeapException.class);
    assertThat(thrown).hasMessageContaining("step 0 of");
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aStepThatCannotBeAppliedIsToldToAllWhoWaitForItAndIsTriedAgain(
      String method, FaultInjectingOptimizer.FaultKind faultKind) throws Exception {
    var hostile = new FaultInjectingOptimizer("bulk" + method + faultKind, faultKind, method);
    try (var server = server(1)) {
      var other = server.dense("other", SIZE).initial(ones()).create();
      var table = bulk(server, hostile);
      try (var a = table.join(0);
          var b = table.join(1)) {
        hostile.arm();
        var told = a.startPush(ones());
        a.clock();
        var waits = a.startPull();
        b.push(ones());
        b.clock();
        var thrown = catchThrowable(b::flush);
        assertStep(thrown);
        assertNames(thrown, method);
        assertStep(catchThrowable(() -> waits.await().close()));
        assertThatThrownBy(() -> told.toCompletableFuture().get(10, TimeUnit.SECONDS))
            .cause()
            .satisfies(UserCodeFailureTest::assertStep);
        assertStep(catchThrowable(() -> b.pull().close()));
        assertStep(catchThrowable(() -> {
          a.push(ones());
          a.clock();
          a.flush();
        }));
        flushAll(a);
        flushAll(b);
        try (var late = table.join(2)) { // joining and leaving still work
          assertThat(late.steps()).isEqualTo(1);
        }
        assertThat(other.toFloats()).containsOnly(1);
        assertThat(table.toFloats()).containsOnly(0);
        hostile.disarm();
        try (var pulled = b.pull()) {
          assertThat(pulled.toFloats()).containsOnly(-2); // all kept gradients, once
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void rowsOfAStepThatCannotBeApplied(FaultInjectingOptimizer.FaultKind faultKind) {
    var hostile = new FaultInjectingOptimizer("rows" + faultKind, faultKind, "update");
    long[] keys = {1, 2};
    try (var server = server(1)) {
      var table = server
          .sparse("rows", 4)
          .optimizer(hostile)
          .consistency(Consistency.bulkSynchronous())
          .create();
      try (var a = table.join(0);
          var b = table.join(1)) {
        hostile.arm();
        a.push(keys, ones());
        a.clock();
        var waits = a.startPull(keys);
        b.push(keys, ones());
        b.clock();
        assertStep(catchThrowable(b::flush));
        assertStep(catchThrowable(waits::await));
        assertStep(catchThrowable(() -> b.pull(keys)));
        hostile.disarm();
        assertThat(b.pull(keys)).containsOnly(-1); // the mean, once
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void aTableWhoseStepIsOpenIsMovedSavedAndLeft(
      FaultInjectingOptimizer.FaultKind faultKind, @TempDir Path directory) {
    var hostile = new FaultInjectingOptimizer("open" + faultKind, faultKind, "aggregate");
    var root = directory.resolve("saved");
    try (var server =
        ParameterServer.builder(runtime).shards(2).checkpoints(root).build()) {
      var table = bulk(server, hostile);
      var worker = table.join(0);
      hostile.arm();
      worker.push(ones());
      worker.clock();
      flushAll(worker);
      server.reshard(1);
      assertStep(catchThrowable(() -> worker.pull().close()));
      server.checkpoint(); // of the steps before
      hostile.disarm();
      try (var pulled = worker.pull()) {
        assertThat(pulled.toFloats()).containsOnly(-1);
      }
      hostile.arm();
      worker.push(ones());
      worker.clock();
      assertTyped(catchThrowable(worker::close));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"aggregate", "update"})
  void whoWaitsForAStepThatDoesNotReturnIsToldWhenTheServerCloses(String method) throws Exception {
    var hostile = new FaultInjectingOptimizer(
        "blocks" + method, FaultInjectingOptimizer.FaultKind.BLOCKS, method);
    var server = server(1);
    var table = bulk(server, hostile);
    var worker = table.join(0);
    hostile.arm();
    worker.push(ones());
    worker.clock();
    var waits = CompletableFuture.supplyAsync(
        () -> catchThrowable(() -> worker.pull().close()), work -> new Thread(work).start());
    assertThat(FaultInjectingOptimizer.BLOCKED.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(waits).isNotDone();
    server.close();
    assertThat(waits.get(30, TimeUnit.SECONDS)).isInstanceOf(ServerClosedException.class);
    hostile.disarm();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BLOCKS")
  void anOptimizerWithoutAWordOfItsState(FaultInjectingOptimizer.FaultKind faultKind) {
    var hostile = new FaultInjectingOptimizer("state" + faultKind, faultKind, "stateVectors");
    try (var server = server(1)) {
      hostile.arm();
      assertNames(
          catchThrowable(() -> server.dense("w", SIZE).optimizer(hostile).create()),
          "stateVectors");
      hostile.disarm();
      var table = server.dense("w", SIZE).optimizer(hostile).create();
      assertThat(table.toFloats()).containsOnly(0);
    }
  }
}
