package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime;
import io.mobula.placement.Placement;
import io.mobula.testkit.fault.EffectLog;
import io.mobula.testkit.fault.Fault;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.FrameFaults;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.Operation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of a driver on a cluster under a short fault plan, as a user would run it. */
@Tag("long")
class FaultPlanIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int RETRIES = 20;

  @TempDir
  Path folder;

  static long square(EffectLog log, String id, long number) {
    log.begin(id);
    return number * number;
  }

  @Test
  void tasksEndRightWhileNodesAreKilledPausedAndHarmed() throws Exception {
    var plan = FaultPlan.builder()
        .nodes(3)
        .length(Duration.ofSeconds(40))
        .only()
        .add(Duration.ofSeconds(1), 0, new Fault.Kill())
        .add(Duration.ofSeconds(3), 2, new Fault.SpinInTask(Duration.ofMillis(500)))
        .add(Duration.ofSeconds(15), 1, new Fault.Pause(Duration.ofSeconds(2)))
        .add(Duration.ofSeconds(20), 2, new Fault.HaltInTask())
        .build();
    try (var cluster = FaultTestCluster.builder(folder)
            .nodes(3)
            .frames(FrameFaults.some(3))
            .start();
        var history = History.in(folder.resolve("history"));
        var faults = cluster.inject(plan, history)) {
      var enough = new AtomicBoolean();
      var work = Thread.ofPlatform().start(() -> work(cluster.runtime(), history, enough));
      faults.await();
      enough.set(true);
      work.join();
      assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
      assertThat(faults.violations()).isEmpty();
      assertThat(HistoryChecker.check(history.events())).isEmpty();
      assertThat(faults.kills()).as("%s", faults.log()).isPositive();
      faults.stop();
      assertThat(cluster.leave()).isEmpty();
    }
  }

  private static void work(MobulaRuntime runtime, History history, AtomicBoolean enough) {
    for (long number = 0; !enough.get(); number++) {
      long of = number;
      var operation =
          Operation.of("square-" + of, "square").effects(1 + RETRIES).expecting(of * of);
      history.invoked(operation);
      try (var ref = runtime
          .task(FaultPlanIT::square, history.effects(), operation.id(), of)
          .maxRetries(RETRIES)
          .placement(Placement.spread())
          .remote()) {
        history.await(operation, ref, LIMIT);
      }
    }
  }
}
