package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ActorNameException;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.info.NodeInfo;
import io.mobula.internal.process.WorkerMain;
import io.mobula.placement.Placement;
import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fate of objects when the drivers that made them die, and when the directory dies. */
@Tag("long")
@Timeout(180)
class DirectoryLossIT {

  @Test
  void anObjectOutlivesTheDriverThatMadeIt() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(2).start()) {
      var runtime = cluster.runtime();
      ActorHandle<LargeValueTasks.Keeper> keeper = runtime
          .actor(LargeValueTasks.Keeper::new)
          .cpus(0)
          .name("keeper")
          .placement(Placement.on(cluster.nodes().get(1).id()))
          .remote();
      assertThat(keeper.call(LargeValueTasks.Keeper::pid).remote().get())
          .isEqualTo(cluster.nodes().get(1).pid());
      try (var driver = DriverProcess.start(cluster.nodes().get(0).address())) {
        driver.awaitLine("kept 1", Duration.ofSeconds(60));

        driver.kill();

        PollingAssert.until(
            "it is gone",
            () -> runtime.nodes().stream().noneMatch(node -> node.pid() == driver.pid()));
        assertThat(sum(keeper)).isEqualTo(LargeValueTasks.COUNT * 8.0);
        // longer than the grace period
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() - end < 0) {
          assertThat(sum(keeper)).isEqualTo(LargeValueTasks.COUNT * 8.0);
        }
      }
    }
  }

  /**
   * Only nodes host the directory, and there is one; the other process is a worker. Values that
   * need no directory remain readable, a query says that no member hosts it, and the next node
   * hosts it again.
   */
  @Test
  void theOnlyHostOfTheDirectoryDies() throws Exception {
    var only = ClusterTestSupport.settings()
        .set("mobula.directory.role", "mobula-node")
        .cpus(2);
    try (var host = node(only.listen(0))) {
      var address = address(host);
      try (var worker = node(only.join(address).set("mobula.cluster.role", "worker"));
          var runtime = Mobula.connect(address, only.cpus(0))) {
        address(worker);
        var there = Placement.on(withPid(runtime, worker.pid()));
        var here = Placement.on(withPid(runtime, host.pid()));
        var stays = runtime.task(LargeValueTasks::filled, 2.0).placement(there).remote();
        var inline = runtime.task(LargeValueTasks::sum, stays).placement(there).remote();
        var read = runtime.task(LargeValueTasks::filled, 4.0).placement(there).remote();
        var goes = runtime.task(LargeValueTasks::filled, 3.0).placement(here).remote();
        var put =
            runtime.task(LargeValueTasks::put, 3.0).placement(here).remote().get();
        ActorHandle<LargeValueTasks.Keeper> keeper =
            runtime.actor(LargeValueTasks.Keeper::new).cpus(0).placement(there).remote();
        keeper.call(LargeValueTasks.Keeper::keep, List.of(stays, read)).remote().get();
        PollingAssert.until("all are made", () -> goes.isReady() && inline.isReady());

        host.kill();

        assertThat(stays.get(ClusterTestSupport.LIMIT)).containsOnly(2.0);
        assertThat(inline.get(ClusterTestSupport.LIMIT)).isEqualTo(LargeValueTasks.COUNT * 2.0);
        assertThat(sum(keeper)).isEqualTo(LargeValueTasks.COUNT * 6.0);
        assertThat(runtime.task(LargeValueTasks::sum, read).remote().get(ClusterTestSupport.LIMIT))
            .isEqualTo(LargeValueTasks.COUNT * 4.0);
        for (var lost : List.of(goes, put)) {
          assertThatThrownBy(() -> lost.get(ClusterTestSupport.LIMIT))
              .isInstanceOf(MobulaException.class)
              .isNotInstanceOf(GetTimeoutException.class)
              .hasMessageContaining("no member of the cluster has the role mobula-node");
        }
        assertThatThrownBy(() -> named(runtime, "too early"))
            .isInstanceOf(ActorNameException.class)
            .hasMessageContaining("no member of the cluster has the role mobula-node");

        try (var next = node(only.join(worker(runtime)))) {
          address(next);
          assertThat(named(runtime, "in time")
                  .call(LargeValueTasks.Keeper::pid)
                  .remote()
                  .get(ClusterTestSupport.LIMIT))
              .isPositive();
          List.of(stays, inline, read).forEach(ObjectRef::close);
          keeper.call(LargeValueTasks.Keeper::drop).remote().get(ClusterTestSupport.LIMIT);
          PollingAssert.until(
              "what nobody holds any more is freed",
              () -> runtime
                      .task(LargeValueTasks::storeBytes)
                      .cpus(0)
                      .placement(there)
                      .remote()
                      .get(ClusterTestSupport.LIMIT)
                  < LargeValueTasks.COUNT);
        }
      }
    }
  }

  private static ActorHandle<LargeValueTasks.Keeper> named(MobulaRuntime runtime, String name) {
    return runtime.actor(LargeValueTasks.Keeper::new).cpus(0).name(name).remote();
  }

  private static String worker(MobulaRuntime runtime) {
    return runtime.nodes().stream()
        .filter(node -> node.role() == NodeInfo.Role.WORKER)
        .findFirst()
        .orElseThrow()
        .address();
  }

  private static double sum(ActorHandle<LargeValueTasks.Keeper> keeper) {
    return keeper.call(LargeValueTasks.Keeper::sum).remote().get(ClusterTestSupport.LIMIT);
  }

  private static ForkedJvm node(Settings settings) {
    var plan = ForkedJvm.of(WorkerMain.class)
        .flags("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    var flags = System.getProperty("mobula.child.flags", "").trim();
    var started = (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start();
    started.sendLine(WorkerMain.settingsLine(settings));
    return started;
  }

  private static String address(ForkedJvm node) throws InterruptedException {
    var line = node.awaitLine(each -> each.contains("127.0.0.1:"), Duration.ofSeconds(60));
    return Arrays.stream(line.split("[^0-9.:]+"))
        .filter(each -> each.startsWith("127.0.0.1:"))
        .findFirst()
        .orElseThrow();
  }

  private static NodeId withPid(MobulaRuntime runtime, long pid) throws Exception {
    PollingAssert.until(
        "pid " + pid + " is a member",
        () -> runtime.nodes().stream().anyMatch(node -> node.pid() == pid));
    return runtime.nodes().stream()
        .filter(node -> node.pid() == pid)
        .findFirst()
        .orElseThrow()
        .id();
  }
}
