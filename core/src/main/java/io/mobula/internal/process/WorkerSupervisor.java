package io.mobula.internal.process;

import io.mobula.error.ProcessException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervisor of a fixed number of child JVMs. Starts them in parallel, restarts a child that ends
 * after growing pauses, gives up on a child that keeps failing, and ends all of them when it is
 * closed.
 *
 * <p>All decisions are made on one daemon thread, {@code mobula-workers}, which owns the state and
 * calls the listener. Safe for all threads.
 */
public final class WorkerSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerSupervisor.class);

  private final IntFunction<ChildPlan> plans;
  private final Limits limits;
  private final Listener listener;
  private final ChildJvm.OutputConsumer output;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("mobula-workers").factory());
  private final List<WorkerSlot> slots;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Timeouts and restart policy of a supervisor.
   *
   * @param restarts when to restart a child
   * @param startTimeout within which a child must report that it is up, or again that it is
   *     starting
   * @param closeTimeout how long all children together may take to close
   */
  public record Limits(RestartPolicy restarts, Duration startTimeout, Duration closeTimeout) {
    /** Default: a minute to come up, 10 s to close. */
    public static final Limits DEFAULT =
        new Limits(RestartPolicy.DEFAULT, Duration.ofMinutes(1), Duration.ofSeconds(10));

    public Limits {
      Objects.requireNonNull(restarts, "restarts");
      Objects.requireNonNull(startTimeout, "startTimeout");
      Objects.requireNonNull(closeTimeout, "closeTimeout");
    }
  }

  /**
   * Listener to the children's lives, called on the supervisor's thread, which must not be blocked.
   */
  public interface Listener {
    /** Reports that a child is up. */
    void up(int worker, long pid, ReadyNotice ready);

    /** Reports that a child has ended and is restarted after the pause. */
    void restarts(int worker, String how, Duration pause);

    /** Reports that a child has ended and is not restarted. */
    void gaveUp(int worker, String why);
  }

  /** Slot of one child; owned by the supervisor's thread. */
  private static final class WorkerSlot {
    final int number;
    final List<Long> ends = new ArrayList<>();
    boolean up;
    int failedStarts; // in a row
    volatile @Nullable ChildJvm child;

    WorkerSlot(int number) {
      this.number = number;
    }
  }

  private WorkerSupervisor(
      int count,
      IntFunction<ChildPlan> plans,
      Limits limits,
      Listener listener,
      ChildJvm.OutputConsumer output) {
    this.plans = plans;
    this.limits = limits;
    this.listener = listener;
    this.output = output;
    this.slots = IntStream.range(0, count).mapToObj(WorkerSlot::new).toList();
  }

  /**
   * Starts {@code count} children and returns at once.
   *
   * @param plans gives the plan of a child by its number, at each start
   * @param output takes the lines that the children write
   */
  public static WorkerSupervisor start(
      int count,
      IntFunction<ChildPlan> plans,
      Limits limits,
      Listener listener,
      ChildJvm.OutputConsumer output) {
    var supervisor = new WorkerSupervisor(count, plans, limits, listener, output);
    supervisor.slots.forEach(slot -> supervisor.later(Duration.ZERO, () -> supervisor.fill(slot)));
    return supervisor;
  }

  private void later(Duration delay, Runnable step) {
    try {
      var _ = thread.schedule(() -> guarded(step), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("A step of the supervision was dropped, since it is closed.", e);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A step of the supervision of worker processes failed.", e);
    }
  }

  private void fill(WorkerSlot slot) {
    if (closed.get()) {
      return;
    }
    ChildJvm child;
    try {
      child = ChildJvm.start(plans.apply(slot.number), output);
    } catch (RuntimeException e) { // a plan that cannot be made counts like a child that ends
      onEnd(slot, String.valueOf(e.getMessage()));
      return;
    }
    slot.child = child;
    var _ = child.ready().thenAccept(ready -> later(Duration.ZERO, () -> onUp(slot, child, ready)));
    var _ = child.ended().thenAccept(code -> later(Duration.ZERO, () -> onEnd(slot, child, code)));
    long begun = System.nanoTime();
    later(limits.startTimeout(), () -> requireUp(child, begun));
  }

  private void onUp(WorkerSlot slot, ChildJvm child, ReadyNotice ready) {
    if (!child.equals(slot.child)) {
      return; // the child has ended before this step ran
    }
    slot.up = true;
    slot.failedStarts = 0;
    LOG.info("{} is up: node {} at {}", child, ready.node(), ready.address());
    listener.up(slot.number, child.pid(), ready);
  }

  private void requireUp(ChildJvm child, long begun) {
    if (!child.isAlive() || child.ready().toCompletableFuture().isDone()) {
      return;
    }
    long left = child.remainingStartNanos(begun, limits.startTimeout());
    if (left > 0) {
      later(Duration.ofNanos(left), () -> requireUp(child, begun));
    } else {
      LOG.warn("{}{}", child, child.describeLateStart(limits.startTimeout()));
      child.kill();
    }
  }

  private void onEnd(WorkerSlot slot, ChildJvm child, int code) {
    var lines = new LastLines(5);
    child.lastLines().forEach(lines::add);
    onEnd(
        slot,
        child + " ended with " + ChildJvm.describeExitCode(code) + "; its last lines:\n" + lines);
  }

  private void onEnd(WorkerSlot slot, String how) {
    if (closed.get()) {
      return;
    }
    long now = System.nanoTime();
    slot.child = null;
    slot.failedStarts += slot.up ? 0 : 1;
    slot.up = false;
    slot.ends.removeIf(end -> now - end >= limits.restarts().window().toNanos());
    slot.ends.add(now);
    limits
        .restarts()
        .next(slot.ends, slot.failedStarts, now)
        .ifPresentOrElse(pause -> restart(slot, how, pause), () -> giveUp(slot, how));
  }

  private void restart(WorkerSlot slot, String how, Duration pause) {
    LOG.warn("Worker {} is started again in {}: {}", slot.number, pause, how);
    later(pause, () -> fill(slot));
    listener.restarts(slot.number, how, pause);
  }

  private void giveUp(WorkerSlot slot, String how) {
    var often = slot.ends.size() > limits.restarts().restarts()
        ? "ended " + slot.ends.size() + " times within " + limits.restarts().window()
        : "not come up " + slot.failedStarts + " times one after the other";
    var why = "Worker " + slot.number + " is not started again, having " + often + ": " + how;
    LOG.error(why);
    listener.gaveUp(slot.number, why);
  }

  /** Returns the process id of a child by its number, or 0 while it does not run. */
  public long pid(int worker) {
    var child = slots.get(worker).child;
    return child == null ? 0 : child.pid();
  }

  /**
   * Kills a child as {@code kill -9} does; the supervisor then restarts it as after a crash.
   *
   * @throws ProcessException when the child does not run at present
   */
  public void kill(int worker) {
    var child = slots.get(worker).child;
    if (child == null) {
      throw new ProcessException(
          "Wanted to kill worker " + worker + ": it does not run at this moment");
    }
    child.kill();
  }

  /**
   * Ends all children in parallel: asks, waits, sends SIGTERM, kills. Has no effect the second
   * time.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(limits.startTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("The supervision of worker processes did not stop; they end with this JVM.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var children =
        slots.stream().map(slot -> slot.child).filter(Objects::nonNull).toList();
    children.forEach(ChildJvm::askToEnd);
    long end = System.nanoTime() + limits.closeTimeout().toNanos();
    children.forEach(child -> LOG.debug(
        "{}: {}", child, child.end(Duration.ofNanos(Math.max(0, end - System.nanoTime())))));
  }
}
