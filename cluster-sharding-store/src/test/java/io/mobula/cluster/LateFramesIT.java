package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.MobulaRuntime;
import io.mobula.placement.Placement;
import io.mobula.testkit.fault.ClusterMember;
import io.mobula.testkit.fault.EffectLog;
import io.mobula.testkit.fault.Fault;
import io.mobula.testkit.fault.FaultInjection;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames that are read late, and connections that break in the midst of a message or are slow, harm
 * nothing: no process ends, and each task runs once and has its value.
 */
@Tag("long")
class LateFramesIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir
  Path folder;

  static long square(EffectLog log, String id, long number) {
    log.begin(id);
    return number * number;
  }

  private static FaultPlan.Builder plan() {
    return FaultPlan.builder()
        .seed(Long.getLong("mobula.test.seed", 1))
        .nodes(4)
        .length(Duration.ofSeconds(30))
        .interval(Duration.ofMillis(1_500));
  }

  @Test
  void framesWithinAHostThatAreReadLateHarmNothing() throws Exception {
    var why = FaultTestCluster.whyNoTransportPauses();
    why.ifPresent(reason -> System.out.println("No test of paused transports: " + reason));
    assumeTrue(why.isEmpty(), () -> "transports cannot be paused: " + why);
    harmsNothing(
        FaultTestCluster.builder(folder).nodes(4).hosts(2).transportPauses(),
        plan().only(FaultPlan.Kind.TRANSPORT_PAUSE).build(),
        faults -> assertThat(faults.transportPauses()).as("%s", faults.log()).isPositive());
  }

  @Test
  void connectionsThatBreakOrAreSlowHarmNothing() throws Exception {
    var plan = plan()
        .only(
            FaultPlan.Kind.CONNECTION_RESET,
            FaultPlan.Kind.CONNECTION_HALF_CLOSE,
            FaultPlan.Kind.CONNECTION_SLOW)
        .add(Duration.ofSeconds(2), 1, new Fault.ResetConnections())
        .add(Duration.ofSeconds(4), 2, new Fault.HalfCloseConnections())
        .build();
    harmsNothing(
        FaultTestCluster.builder(folder).nodes(4).proxies(),
        plan,
        faults ->
            assertThat(faults.disturbedConnections()).as("%s", faults.log()).isPositive());
  }

  private void harmsNothing(
      FaultTestCluster.Builder builder, FaultPlan plan, Consumer<FaultInjection> happened)
      throws Exception {
    try (var cluster = builder.start();
        var history = History.in(folder.resolve("history"))) {
      var before = cluster.members().stream().map(ClusterMember::pid).toList();
      try (var faults = cluster.inject(plan, history)) {
        var enough = new AtomicBoolean();
        var work = Thread.ofPlatform().start(() -> work(cluster.runtime(), history, enough));
        faults.await();
        enough.set(true);
        work.join();
        happened.accept(faults);
        assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
        assertThat(faults.violations()).isEmpty();
        assertThat(HistoryChecker.check(history.events())).isEmpty();
      }
      assertThat(cluster.members()).extracting(ClusterMember::pid).isEqualTo(before);
      assertThat(cluster.leave()).isEmpty();
    }
  }

  private static void work(MobulaRuntime runtime, History history, AtomicBoolean enough) {
    for (long number = 0; !enough.get(); number++) {
      long of = number;
      var operation = Operation.of("square-" + of, "square").effects(1).expecting(of * of);
      history.invoked(operation);
      try (var ref = runtime
          .task(LateFramesIT::square, history.effects(), operation.id(), of)
          .maxRetries(0)
          .placement(Placement.spread())
          .remote()) {
        history.await(operation, ref, LIMIT);
      }
      var value = Operation.of("value-" + number, "value");
      history.invoked(value);
      try (var ref = runtime
          .task(LargeValueTasks::filled, 8.0)
          .maxRetries(0)
          .placement(Placement.spread())
          .remote()) {
        history.await(value, ref, LIMIT); // the value travels from another host
      }
    }
  }
}
