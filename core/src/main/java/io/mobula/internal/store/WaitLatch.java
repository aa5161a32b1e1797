package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.error.DeadlockException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Latch of one thread that waits until a number of objects are ready or, if requested, until the
 * first has failed. Created and awaited by that thread.
 *
 * <p>An execution that waits longer than about a millisecond gives its CPU back for the rest of the
 * wait.
 */
final class WaitLatch implements CompletionListener {
  private static final long KEEP_CPU_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long FIRST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(8);

  /**
   * Objects that a thread waits for.
   *
   * @param node whose objects these are
   * @param entries the objects; more may be added until the thread blocks
   * @param spare how many of them need not become ready
   */
  record WaitTargets(NodeId node, List<ObjectEntry> entries, int spare) {}

  private final Thread thread = Thread.currentThread();
  private final AtomicInteger missing;
  private final boolean failFast;
  private final SpinWait spinWait;
  private final WaitTargets targets;
  private @Nullable BlockedExecution blocked;
  private volatile boolean probeRequested;
  private volatile @Nullable Supplier<DeadlockException> refused;

  /**
   * Creates a latch of the calling thread.
   *
   * @param count how many outcomes must come
   * @param targets the objects that it waits for, for reports of what waits
   */
  WaitLatch(int count, boolean failFast, SpinWait spinWait, WaitTargets targets) {
    this.targets = targets;
    this.missing = new AtomicInteger(count);
    this.failFast = failFast;
    this.spinWait = spinWait;
  }

  @Override
  public void onReady(ObjectEntry entry) {
    if (failFast && entry.isFailed()) {
      missing.set(0);
    } else {
      missing.decrementAndGet();
    }
    if (isComplete()) {
      LockSupport.unpark(thread);
    }
  }

  /** Attaches the execution that sends probes when the wait lasts. */
  void attach(BlockedExecution with) {
    blocked = with;
  }

  /** Returns the attached execution, or null. */
  @Nullable
  BlockedExecution attachedWait() {
    return blocked;
  }

  /** Makes the waiting thread send probes at once. From any thread. */
  void probeNow() {
    probeRequested = true;
    LockSupport.unpark(thread);
  }

  /**
   * Makes the waiting thread throw this exception, because the wait can never end. From any thread.
   */
  void failWith(Supplier<DeadlockException> why) {
    refused = why;
    LockSupport.unpark(thread);
  }

  private boolean isComplete() {
    return missing.get() <= 0;
  }

  /** Waits, and returns whether the objects were ready in time. */
  boolean await(Deadline deadline, Object what) {
    var execution = Execution.current();
    if (execution == null) {
      return lookOut(deadline)
          || parkUntil(Math.min(deadline.remaining(), KEEP_CPU_NANOS), what)
          || parkLong(deadline, what);
    }
    long timeoutNanos = Math.min(deadline.remaining(), KEEP_CPU_NANOS);
    if (parkUntil(timeoutNanos, what) || deadline.remaining() <= 0) {
      return isComplete();
    }
    execution.hold().giveBack();
    try (var _ = BlockedThread.enter(targets.node(), this::waitStep)) {
      return blocked == null
          ? parkUntil(deadline.remaining(), what)
          : parkAndProbe(blocked, deadline, what);
    } finally {
      execution.hold().takeBack();
    }
  }

  private boolean parkLong(Deadline deadline, Object what) {
    if (deadline.remaining() <= 0) {
      return isComplete();
    }
    try (var _ = BlockedThread.enter(targets.node(), this::waitStep)) {
      return parkUntil(deadline.remaining(), what);
    }
  }

  private WaitStep waitStep() {
    var pending =
        targets.entries().stream().filter(entry -> entry.outcome() == null).toList();
    var first = pending.isEmpty() ? "" : ", the first is " + pending.getFirst().id();
    return new WaitStep(
        "waits for " + pending.size() + " of " + targets.entries().size() + " objects" + first,
        0,
        0,
        new WaitStep.Next.WaitPoints(pending, targets.spare()));
  }

  /**
   * Polls for frames in a thread of the user's own, which has nothing else to do while it waits.
   */
  private boolean lookOut(Deadline deadline) {
    return !isComplete()
        && !thread.isVirtual()
        && !thread.isInterrupted()
        && deadline.remaining() > KEEP_CPU_NANOS
        && spinWait.isWorthwhile()
        && spinWait.spinUntil(this::isComplete);
  }

  /** Waits, and checks from time to time whether the wait can end at all. */
  private boolean parkAndProbe(BlockedExecution lasting, Deadline deadline, Object what) {
    long pause = FIRST_LOOK_NANOS;
    while (!parkUntil(Math.min(deadline.remaining(), pause), what)) {
      if (deadline.remaining() <= 0) {
        return isComplete();
      }
      probeRequested = false;
      lasting.probe();
      pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
    }
    return true;
  }

  /**
   * Parks, and returns whether the latch is complete then; returns early when probes are requested.
   */
  private boolean parkUntil(long nanos, Object what) {
    long start = System.nanoTime();
    while (!isComplete() && !probeRequested) {
      var never = refused;
      if (never != null) {
        throw never.get();
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException("Interrupted while waiting for " + what + ".");
      }
      long left = nanos == Long.MAX_VALUE ? Long.MAX_VALUE : nanos - (System.nanoTime() - start);
      if (left <= 0) {
        return false;
      }
      LockSupport.parkNanos(this, left);
    }
    return isComplete();
  }
}
