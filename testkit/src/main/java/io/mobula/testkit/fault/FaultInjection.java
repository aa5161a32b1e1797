package io.mobula.testkit.fault;

import io.mobula.Fn0;
import io.mobula.ObjectRef;
import io.mobula.error.NodeLostException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.UnschedulableException;
import io.mobula.placement.Placement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Execution of a fault plan on a cluster. Closing it reverts every fault, as does its end. Its
 * threads are daemons.
 */
public final class FaultInjection implements AutoCloseable {
  private static final int TIMERS = 2;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration TASK = Duration.ofMinutes(2);
  private static final Duration ENDS = Duration.ofSeconds(60);

  private final FaultTestCluster cluster;
  private final FaultPlan plan;
  private final History history;
  private final ScheduledExecutorService executor;
  private final CountDownLatch left;
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger pauses = new AtomicInteger();
  private final AtomicInteger cuts = new AtomicInteger();
  private final AtomicInteger transportPauses = new AtomicInteger();
  private final AtomicInteger numbers = new AtomicInteger();
  private final List<Violation> violations = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private final List<CpuHogs> hogs = new ArrayList<>();
  private final long begun = System.nanoTime();

  private FaultInjection(FaultTestCluster cluster, FaultPlan plan, History history) {
    this.cluster = cluster;
    this.plan = plan;
    this.history = history;
    this.left = new CountDownLatch(plan.faults().size());
    this.executor = Executors.newScheduledThreadPool(
        TIMERS, Thread.ofPlatform().daemon().name("fault-injection-", 0).factory());
  }

  static FaultInjection begin(FaultTestCluster cluster, FaultPlan plan, History history) {
    if (plan.nodes() > cluster.members().size()) {
      throw new IllegalArgumentException("Wanted a plan for " + plan.nodes()
          + " nodes carried out on " + cluster.members().size());
    }
    var injection = new FaultInjection(cluster, plan, history);
    var _ = injection.executor.scheduleWithFixedDelay(
        injection::restart, 0, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
    for (var fault : plan.faults()) {
      injection.later(fault.at(), () -> injection.inject(fault));
    }
    return injection;
  }

  /** Returns the plan that is executed. */
  public FaultPlan plan() {
    return plan;
  }

  /** Returns how many processes the faults have ended so far. */
  public int kills() {
    return kills.get();
  }

  /** Returns how many pauses have begun so far. */
  public int pauses() {
    return pauses.get();
  }

  /** Returns how many partitions have begun so far. */
  public int cuts() {
    return cuts.get();
  }

  /** Returns how often frames to a node have not been read for a while so far. */
  public int transportPauses() {
    return transportPauses.get();
  }

  /** Returns how many connections have been reset or half-closed so far. */
  public int disturbedConnections() {
    return cluster.processes().proxies().stream()
        .mapToInt(ConnectionProxy::disturbed)
        .sum();
  }

  /** Returns the log of the execution, line by line. */
  public synchronized List<String> log() {
    return List.copyOf(log);
  }

  /** Returns violations: nodes that ended without a reason, and faults that failed. */
  public synchronized List<Violation> violations() {
    return List.copyOf(violations);
  }

  /** Waits until the plan has ended and every fault was reverted. */
  public void await() throws InterruptedException {
    if (!left.await(plan.length().plus(TASK).plus(ENDS).toMillis(), TimeUnit.MILLISECONDS)) {
      addViolation(Violation.Rule.NO_END, "plan", left.getCount() + " faults have not ended");
    }
  }

  /** Schedules a step on a thread of its own, so that a step that waits delays no other. */
  private void later(Duration delay, FaultStep step) {
    var _ = executor.schedule(
        () -> Thread.ofVirtual().name("fault").start(() -> run(step)),
        delay.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void run(FaultStep step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      addViolation(Violation.Rule.NO_END, "plan", "a fault could not be done: " + e);
    }
  }

  /** Step of a fault's injection. */
  @FunctionalInterface
  private interface FaultStep {
    void run() throws IOException;
  }

  private void inject(PlannedFault planned) throws IOException {
    var member = cluster.members().get(planned.node());
    var fault = planned.fault();
    boolean silences = fault instanceof Fault.Pause
        || fault instanceof Fault.Partition
        || fault instanceof Fault.PartialPartition;
    if (!fault.outage().isZero() && !cluster.survives(member, !silences)) {
      note(planned + ": left out, as too many nodes are missing still");
      left.countDown();
      return;
    }
    note(planned.toString());
    switch (fault) {
      case Fault.Kill _ -> {
        member.kill();
        kills.incrementAndGet();
        left.countDown();
      }
      case Fault.Pause pause -> pause(member, pause);
      case Fault.Partition partition -> partition(member, partition);
      case Fault.CpuLoad(int count, var length) -> {
        var started = CpuHogs.start(count, length);
        synchronized (this) {
          hogs.add(started);
        }
        later(length, () -> {
          started.close();
          left.countDown();
        });
      }
      case Fault.FillStoreDisk(var length) -> fillStoreDisk(length);
      case Fault.KillDriver _ -> {
        cluster.processes().drivers().forEach(ClusterMember::kill);
        kills.addAndGet(cluster.processes().drivers().size());
        left.countDown();
      }
      case Fault.ClockJump(var by, var length) -> {
        cluster.processes().setClock(member, by);
        later(length, () -> {
          cluster.processes().setClock(member, Duration.ZERO);
          left.countDown();
        });
      }
      case Fault.PartialPartition(var length) -> partiallyPartition(member, length);
      case Fault.PauseTransport(var length) -> pauseTransport(member, length);
      case Fault.ResetConnections _ -> {
        note(cluster.processes().proxyOf(member).resetAll() + " connections to " + member.name()
            + " are reset");
        left.countDown();
      }
      case Fault.HalfCloseConnections _ -> {
        note(cluster.processes().proxyOf(member).halfCloseAll() + " connections to " + member.name()
            + " are half closed");
        left.countDown();
      }
      case Fault.SlowConnections(long speed, var length) -> {
        cluster.processes().proxyOf(member).limitSpeed(speed);
        later(length, () -> {
          cluster.processes().proxyOf(member).limitSpeed(0);
          left.countDown();
        });
      }
      case Fault.DamageSpilled _ -> {
        note(cluster.processes().damageSpilled(member) + " files of " + member.name()
            + " are damaged");
        left.countDown();
      }
      case Fault.ExitInTask _ -> endByTask(member, "exit", TaskFaults::exit);
      case Fault.HaltInTask _ -> endByTask(member, "halt", TaskFaults::halt);
      case Fault.ExhaustHeapInTask _ -> endByTask(member, "exhaust-heap", TaskFaults::exhaustHeap);
      case Fault.SpinInTask(var length) -> spin(member, length);
    }
  }

  private void pause(ClusterMember member, Fault.Pause pause) throws IOException {
    pauses.incrementAndGet();
    member.pause();
    later(pause.length(), () -> {
      member.resume();
      if (pause.length().compareTo(Fault.REMOVAL_TIME) >= 0) {
        member.expectEnd("a pause of " + pause.length(), ENDS);
      }
      left.countDown();
    });
  }

  private void pauseTransport(ClusterMember member, Duration length) throws IOException {
    try {
      var began = System.nanoTime();
      if (!cluster.processes().pauseTransport(member, length)) {
        note(member.name() + " is not up: left out");
        return;
      }
      transportPauses.incrementAndGet();
      note("frames to " + member.name() + " were not read for "
          + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
    } finally {
      left.countDown();
    }
  }

  private void partition(ClusterMember member, Fault.Partition partition) throws IOException {
    cuts.incrementAndGet();
    cluster.processes().ofSameHost(member).forEach(each -> each.cutOff(true));
    cluster.processes().cut(member, partition.oneWay());
    if (partition.length().compareTo(Fault.REMOVAL_TIME) >= 0) {
      for (var cut : cluster.processes().ofSameHost(member)) {
        cut.expectEnd("a partition of " + partition.length(), partition.length().plus(ENDS));
      }
    }
    later(partition.length(), () -> {
      cluster.processes().heal(member, partition.oneWay());
      cluster.processes().ofSameHost(member).forEach(each -> each.cutOff(false));
      left.countDown();
    });
  }

  private void partiallyPartition(ClusterMember member, Duration length) throws IOException {
    var processes = cluster.processes();
    var other = processes.nextOnAnotherHost(member);
    cuts.incrementAndGet();
    member.cutOff(true);
    processes.cutBetween(member, other);
    if (length.compareTo(Fault.REMOVAL_TIME) >= 0) {
      var both = new ArrayList<>(processes.ofSameHost(member));
      both.addAll(processes.ofSameHost(other));
      for (var each : both) {
        each.expectEnd("a partial partition of " + length, length.plus(ENDS));
      }
    }
    later(length, () -> {
      processes.healBetween(member, other);
      member.cutOff(false);
      left.countDown();
    });
  }

  /**
   * Fills the file system of the stores. A process that starts meanwhile has no room for its files,
   * and ends.
   */
  private void fillStoreDisk(Duration length) throws IOException {
    cluster
        .processes()
        .all()
        .forEach(each -> each.expectRepeatedEnds("a full disk", length.plus(ENDS)));
    var disk = cluster.processes().storeDisk();
    disk.fill();
    later(length, () -> {
      disk.free();
      left.countDown();
    });
  }

  private Operation operation(String kind) {
    return Operation.of("fault-" + kind + "-" + numbers.incrementAndGet(), kind)
        .allowing(NodeLostException.class, UnschedulableException.class);
  }

  private void endByTask(ClusterMember member, String kind, Fn0<Integer> body) {
    var id = member.id();
    if (id.isEmpty()) {
      note(member.name() + " is not up: left out");
      left.countDown();
      return;
    }
    kills.incrementAndGet();
    member.expectEnd(kind, ENDS);
    var operation = operation(kind).allowing(TaskFailedException.class);
    history.invoked(operation);
    try (var ref = cluster
        .runtime()
        .task(body)
        .name(kind)
        .maxRetries(0)
        .placement(Placement.on(id.get()))
        .remote()) {
      history.await(operation, ref, TASK);
    } finally {
      left.countDown();
    }
  }

  private void spin(ClusterMember member, Duration length) {
    var id = member.id();
    if (id.isEmpty()) {
      note(member.name() + " is not up: left out");
      left.countDown();
      return;
    }
    var operation = operation("spin").allowing(TaskCancelledException.class);
    history.invoked(operation);
    ObjectRef<Integer> ref = cluster
        .runtime()
        .task(TaskFaults::spin)
        .maxRetries(0)
        .placement(Placement.on(id.get()))
        .remote();
    later(length, () -> {
      try (ref) {
        ref.cancel();
        history.await(operation, ref, TASK);
      } finally {
        left.countDown();
      }
    });
  }

  private void restart() {
    try {
      for (var member : cluster.processes().all()) {
        var end = member.restartIfEnded();
        if (end != null) {
          note(end.toString());
          if (end.reason() == null) {
            addViolation(Violation.Rule.NODE_ENDED, member.name(), end.withLastLines());
          }
        }
      }
    } catch (RuntimeException e) {
      addViolation(Violation.Rule.NODE_ENDED, "nodes", "A node could not be started again: " + e);
    }
  }

  private synchronized void addViolation(Violation.Rule rule, String where, String detail) {
    violations.add(new Violation(rule, where, detail));
  }

  private synchronized void note(String what) {
    log.add(String.format(
        java.util.Locale.ROOT, "%.1f s: %s", (System.nanoTime() - begun) / 1e9, what));
  }

  /** Stops the execution; see {@link #stop}. */
  @Override
  public void close() throws IOException {
    stop();
  }

  /** Reverts running faults, and restarts no node from now on. Repeated calls do nothing. */
  public void stop() throws IOException {
    executor.shutdownNow();
    synchronized (this) {
      hogs.forEach(CpuHogs::close);
    }
    for (var member : cluster.members()) {
      member.resume();
    }
    cluster.processes().proxies().forEach(proxy -> proxy.limitSpeed(0));
  }
}
