package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.UnschedulableException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test of a node whose only worker has ended: the resources of the restarted worker count as
 * capacity to come.
 */
@Tag("long")
@Timeout(240)
class RestartedWorkersIT {
  private static final Duration TWICE_THE_LIMIT = Duration.ofSeconds(4);
  private static final Settings SETTINGS = Mobula.settings()
      .cpus(2)
      .workers(1)
      .storeCapacity(64 << 20)
      .set("mobula.placement.unschedulable-timeout", "2s")
      .workerFlags("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** Returns the id of the process in which a task runs. */
  static long pid(int nothing) {
    return ProcessHandle.current().pid();
  }

  @Test
  void workWaitsForAWorkerThatIsBeingStartedHoweverLongThatTakes() throws Exception {
    try (var runtime = Mobula.init(SETTINGS)) {
      var before = children();
      kill(worker(runtime));
      long coming = newChild(before);
      signal("-STOP", coming);
      var task = runtime.task(RestartedWorkersIT::pid, 0).remote();
      var group = runtime.placementGroup().bundle(Resources.none().cpus(1)).create();
      assertThatThrownBy(() -> task.get(TWICE_THE_LIMIT)).isInstanceOf(GetTimeoutException.class);
      assertThatThrownBy(() -> runtime
              .task(RestartedWorkersIT::pid, 0)
              .cpus(3)
              .remote()
              .get(TWICE_THE_LIMIT.multipliedBy(4)))
          .as("it will not have as much")
          .isInstanceOf(UnschedulableException.class);
      signal("-CONT", coming);
      assertThat(task.get()).isEqualTo(coming);
      assertThat(group.await(Duration.ofSeconds(60))).isTrue();
    }
  }

  @Test
  void whatOnlyAWorkerHadThatIsGivenUpIsRefusedAndSaidToBeGone() throws Exception {
    try (var runtime = Mobula.init(SETTINGS.set("mobula.workers.restarts", 0))) {
      kill(worker(runtime));
      var task = runtime.task(RestartedWorkersIT::pid, 0).remote();
      var group = runtime.placementGroup().bundle(Resources.none().cpus(1)).create();
      assertThatThrownBy(() -> task.get(Duration.ofSeconds(60)))
          .isInstanceOf(UnschedulableException.class)
          .hasMessageContaining("worker 0 of ")
          .hasMessageContaining("will not be started again");
      assertThatThrownBy(() -> await(group)).isInstanceOf(PlacementGroupException.class);
    }
  }

  private static void await(PlacementGroup group) {
    assertThat(group.await(Duration.ofSeconds(60))).isTrue();
  }

  private static NodeInfo worker(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.role() == NodeInfo.Role.WORKER)
        .findFirst()
        .orElseThrow();
  }

  private static Set<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  private static void kill(NodeInfo worker) {
    assertThat(ProcessHandle.of(worker.pid()).orElseThrow().destroyForcibly()).isTrue();
  }

  /** Waits for the child process that is started now. */
  private static long newChild(Set<Long> before) throws Exception {
    return PollingAssert.untilMatches(
            "a child is started",
            () -> {
              var started = children();
              started.removeAll(before);
              return started;
            },
            started -> !started.isEmpty())
        .iterator()
        .next();
  }

  private static void signal(String signal, long pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", signal, String.valueOf(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }
}
