package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.UnschedulableException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Test of several programs that compete for the same nodes. */
@Tag("long")
@Timeout(180)
class PlacementIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Settings SMALL = Mobula.settings().storeCapacity(16 << 20);

  /** Load of this test in a node's process. */
  static final class CpuLoad {
    private static final AtomicInteger CPUS = new AtomicInteger();
    private static final AtomicInteger MAX_CPUS = new AtomicInteger();
    private static final CountDownLatch GATE = new CountDownLatch(1);

    private CpuLoad() {}

    /** Occupies CPUs for a while, and returns the process id. */
    static long keep(int cpus, int micros) {
      MAX_CPUS.accumulateAndGet(CPUS.addAndGet(cpus), Math::max);
      long end = System.nanoTime() + micros * 1_000L;
      while (System.nanoTime() - end < 0) {
        LockSupport.parkNanos(micros * 100L);
      }
      CPUS.addAndGet(-cpus);
      return ProcessHandle.current().pid();
    }

    /** Returns the maximum of CPUs that were occupied at a time. */
    static int most() {
      return MAX_CPUS.get();
    }

    /** Occupies its CPU until {@link #open} is called in its process. */
    static long untilOpened() throws InterruptedException {
      GATE.await();
      return ProcessHandle.current().pid();
    }

    static void open() {
      GATE.countDown();
    }

    static long pid() {
      return ProcessHandle.current().pid();
    }
  }

  private static LocalCluster cluster(int nodes, int cpus) {
    return LocalCluster.builder()
        .nodes(nodes)
        .cpusPerNode(cpus)
        .settings(SMALL)
        .jvmFlags("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .start();
  }

  private static MobulaRuntime driver(LocalCluster cluster) {
    return Mobula.connect(cluster.nodes().getFirst().address(), SMALL);
  }

  /**
   * Checks that nodes are not overcommitted although cluster views are slightly stale: three
   * programs choose nodes at once.
   */
  @Test
  void noNodeIsGivenMoreThanItHasAndAllAreUsed() throws Exception {
    long seed = System.nanoTime();
    System.out.println("PlacementIT seed " + seed);
    try (var cluster = cluster(3, 2);
        var second = driver(cluster);
        var third = driver(cluster)) {
      var used = new HashSet<Long>();
      var refs = new ArrayList<ObjectRef<Long>>();
      var random = new Random(seed);
      for (int i = 0; i < 300; i++) {
        int cpus = 1 + random.nextInt(2);
        for (var each : List.of(cluster.runtime(), second, third)) {
          refs.add(each.task(CpuLoad::keep, cpus, 1_000 + random.nextInt(4_000))
              .cpus(cpus)
              .remote());
        }
      }
      for (var ref : refs) {
        used.add(ref.get(SOON));
      }
      assertThat(used)
          .isEqualTo(new HashSet<>(
              cluster.nodes().stream().map(LocalCluster.LocalNode::pid).toList()));
      for (var node : cluster.nodes()) {
        int most = cluster
            .runtime()
            .task(CpuLoad::most)
            .cpus(0)
            .placement(Placement.on(node.id()))
            .remote()
            .get(SOON);
        assertThat(most).as("CPUs in use at once on %s", node).isBetween(1, 2);
      }
    }
  }

  /** Flood of small tasks that keeps CPUs busy until it is closed. */
  private static final class TaskFlood implements AutoCloseable {
    private static final int AT_ONCE = 32;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger done = new AtomicInteger();
    private final Thread thread;

    TaskFlood(MobulaRuntime runtime) {
      thread = Thread.ofPlatform().daemon().start(() -> pour(runtime));
    }

    private void pour(MobulaRuntime runtime) {
      var flying = new ArrayDeque<ObjectRef<Long>>();
      while (!over.get()) {
        while (flying.size() < AT_ONCE) {
          flying.addLast(runtime.task(CpuLoad::keep, 1, 3_000).cpus(1).remote());
        }
        flying.removeFirst().get(SOON);
        done.incrementAndGet();
      }
      flying.forEach(ref -> ref.get(SOON));
    }

    /**
     * Waits until {@code count} further tasks are done, which shows that the flood makes progress.
     */
    void awaitMore(int count) throws Exception {
      int wanted = done.get() + count;
      PollingAssert.until(
          SOON, () -> count + " more small tasks are done", () -> done.get() >= wanted);
    }

    @Override
    public void close() throws InterruptedException {
      over.set(true);
      assertThat(thread.join(SOON)).isTrue();
    }
  }

  @Test
  void bigRequestsDoNotStarveBehindSmallOnesOfOthers() throws Exception {
    try (var cluster = cluster(2, 4);
        var second = driver(cluster);
        var third = driver(cluster);
        var one = new TaskFlood(second);
        var other = new TaskFlood(third)) {
      one.awaitMore(100);
      other.awaitMore(100);
      for (int i = 0; i < 5; i++) {
        long at =
            cluster.runtime().task(CpuLoad::keep, 4, 1_000).cpus(4).remote().get(SOON);
        assertThat(cluster.nodes().stream().map(LocalCluster.LocalNode::pid)).contains(at);
        one.awaitMore(50); // small tasks do not starve either
        other.awaitMore(50);
      }
    }
  }

  @Test
  void whatWaitsSaysWhyAndRunsWhereRoomComesFirst() throws Exception {
    try (var cluster = cluster(2, 1)) {
      var runtime = cluster.runtime();
      var first = Placement.on(cluster.nodes().get(0).id());
      var second = Placement.on(cluster.nodes().get(1).id());
      var blocked = runtime.task(CpuLoad::untilOpened).placement(first).remote();
      var freed = runtime.task(CpuLoad::untilOpened).placement(second).remote();
      awaitBusy(runtime, 2);
      var waits = runtime.task(CpuLoad::pid).name("waits").remote();
      assertThat(awaitWaiting(runtime, "waits", "CPU").why()).contains("free");
      runtime.action(CpuLoad::open).cpus(0).placement(second).remote().get(SOON);
      assertThat(freed.get(SOON)).isEqualTo(cluster.nodes().get(1).pid());
      assertThat(waits.get(SOON)).isEqualTo(cluster.nodes().get(1).pid());
      assertThat(blocked.isReady()).isFalse();
      runtime.action(CpuLoad::open).cpus(0).placement(first).remote().get(SOON);
      assertThat(blocked.get(SOON)).isEqualTo(cluster.nodes().get(0).pid());
    }
  }

  @Test
  void whatNoNodeHasWaitsForOneThatJoins() throws Exception {
    try (var first = MemberProcess.start("first");
        var driver = Mobula.connect(
            first.awaitUp(), SMALL.set("mobula.placement.unschedulable-timeout", "40s"));
        var impatient = Mobula.connect(
            first.awaitUp(), SMALL.set("mobula.placement.unschedulable-timeout", "1s"))) {
      var wanted =
          driver.task(CpuLoad::pid).resource("Licence", 1).name("licensed").remote();
      assertThat(awaitWaiting(driver, "licensed", "Licence").why()).contains("no node has");
      var never =
          impatient.task(CpuLoad::pid).resource("Licence", 1).name("hopeless").remote();
      assertThatThrownBy(() -> never.get(SOON))
          .isInstanceOf(UnschedulableException.class)
          .hasMessageContaining("hopeless")
          .hasMessageContaining("Licence");
      var plan = MemberProcess.plan("second")
          .property("mobula.cluster.seeds", first.awaitUp())
          .property("mobula.resources.custom.Licence", "1");
      try (var second = MemberProcess.start("second", plan)) {
        second.awaitUp();
        assertThat(wanted.get(SOON)).isEqualTo(second.jvm().pid());
      }
    }
  }

  private static WaitingWork awaitWaiting(MobulaRuntime runtime, String name, String why)
      throws Exception {
    return PollingAssert.untilMatches(
            SOON,
            name + " waits for want of " + why,
            runtime::waiting,
            waiting -> waiting.stream().anyMatch(each -> isFor(each, name, why)))
        .stream()
        .filter(each -> isFor(each, name, why))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFor(WaitingWork waiting, String name, String why) {
    return waiting.what().contains(name) && waiting.why().contains(why);
  }

  private static void awaitBusy(MobulaRuntime runtime, double cpus) throws Exception {
    PollingAssert.untilMatches(
        SOON,
        cpus + " CPUs are in use",
        () -> runtime.totalResources().amount(Resources.CPU)
            - runtime.availableResources().amount(Resources.CPU),
        used -> used >= cpus);
  }
}
