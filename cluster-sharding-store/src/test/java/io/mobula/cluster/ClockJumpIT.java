package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.MobulaRuntime;
import io.mobula.placement.Placement;
import io.mobula.testkit.fault.EffectLog;
import io.mobula.testkit.fault.Fault;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wall clocks of nodes jump by some hours, forwards and backwards, without any effect. */
@Tag("long")
class ClockJumpIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration JUMP = Duration.ofHours(5);
  private static final Duration JUMPED = Duration.ofSeconds(12);
  private static final long ABOUT = TimeUnit.MINUTES.toMillis(50);

  @TempDir
  Path folder;

  static long clock(EffectLog log, String id) {
    log.begin(id);
    return System.currentTimeMillis();
  }

  @Test
  void jumpsOfHoursHarmNothing() throws Exception {
    var why = FaultTestCluster.whyNoClocks();
    why.ifPresent(reason -> System.out.println("No test of clocks that jump: " + reason));
    assumeTrue(why.isEmpty(), () -> "clocks cannot be set: " + why);
    var plan = FaultPlan.builder()
        .nodes(3)
        .length(Duration.ofSeconds(30))
        .only()
        .add(Duration.ofSeconds(1), 0, new Fault.ClockJump(JUMP, JUMPED))
        .add(Duration.ofSeconds(3), 1, new Fault.ClockJump(JUMP.negated(), JUMPED))
        .add(Duration.ofSeconds(18), 0, new Fault.ClockJump(JUMP.negated(), Duration.ofSeconds(5)))
        .add(Duration.ofSeconds(19), 2, new Fault.ClockJump(JUMP, Duration.ofSeconds(5)))
        .build();
    try (var cluster = FaultTestCluster.builder(folder).nodes(3).clocks().start();
        var history = History.in(folder.resolve("history"))) {
      var before = cluster.members().stream().map(member -> member.pid()).toList();
      var ahead = new AtomicLong();
      var behind = new AtomicLong();
      try (var faults = cluster.inject(plan, history)) {
        var enough = new AtomicBoolean();
        var work = Thread.ofPlatform()
            .start(() -> work(cluster.runtime(), history, enough, ahead, behind));
        faults.await();
        enough.set(true);
        work.join();
        assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
        assertThat(faults.violations()).isEmpty();
        assertThat(HistoryChecker.check(history.events())).isEmpty();
      }
      assertThat(ahead).as("clocks that were seen ahead").hasPositiveValue();
      assertThat(behind).as("clocks that were seen behind").hasPositiveValue();
      assertThat(cluster.members()).extracting(member -> member.pid()).isEqualTo(before);
      assertThat(cluster.leave()).isEmpty();
    }
  }

  @Test
  void aNodeStartsWhileItsClockIsHoursAhead() throws Exception {
    var why = FaultTestCluster.whyNoClocks();
    why.ifPresent(reason -> System.out.println("No test of clocks that jump: " + reason));
    assumeTrue(why.isEmpty(), () -> "clocks cannot be set: " + why);
    var plan = FaultPlan.builder()
        .nodes(3)
        .length(Duration.ofSeconds(10))
        .only()
        .add(Duration.ofSeconds(1), 1, new Fault.ClockJump(JUMP, Duration.ofSeconds(30)))
        .add(Duration.ofSeconds(2), 1, new Fault.Kill())
        .build();
    try (var cluster = FaultTestCluster.builder(folder).nodes(3).clocks().start();
        var history = History.in(folder.resolve("history"))) {
      try (var faults = cluster.inject(plan, history)) {
        faults.await();
        assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
        assertThat(faults.violations()).isEmpty();
      }
      assertThat(cluster.leave()).isEmpty();
    }
  }

  private static void work(
      MobulaRuntime runtime,
      History history,
      AtomicBoolean enough,
      AtomicLong ahead,
      AtomicLong behind) {
    for (long number = 0; !enough.get(); number++) {
      var operation = Operation.of("clock-" + number, "clock").effects(1);
      history.invoked(operation);
      try (var ref = runtime
          .task(ClockJumpIT::clock, history.effects(), operation.id())
          .maxRetries(0)
          .timeout(Duration.ofSeconds(20))
          .placement(Placement.spread())
          .remote()) {
        Long there = history.await(operation, ref, LIMIT);
        long difference = there == null ? 0 : there - System.currentTimeMillis();
        ahead.addAndGet(difference > ABOUT ? 1 : 0);
        behind.addAndGet(difference < -ABOUT ? 1 : 0);
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
