package io.mobula.internal.transfer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Idle strategy of a polling thread: it yields a few times, then parks for longer and longer
 * periods, up to a much longer limit when nothing is in progress. Belongs to the idling thread; any
 * thread may call {@link #wake}.
 */
public final class WakeableIdleStrategy implements IdleStrategy {
  private static final int YIELDS = 20;
  private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(5);
  private static final long MAX_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private final BooleanSupplier busy;
  private final Runnable onWork;
  private final long idleParkNanos;
  private volatile boolean woken;
  private volatile @Nullable Thread sleeper;
  private int idled;
  private long park = MIN_PARK_NANOS;

  /**
   * Creates the idle strategy of one thread.
   *
   * @param busy tells whether a transfer is in progress
   * @param worked runs after each round that did some work
   * @param quiet longest park when nothing is in progress, in nanoseconds
   */
  public WakeableIdleStrategy(BooleanSupplier busy, Runnable worked, long quiet) {
    this.busy = busy;
    this.onWork = worked;
    this.idleParkNanos = quiet;
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
      onWork.run();
    } else {
      idle();
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // yields to the other end; nothing depends on it
  public void idle() {
    if (idled < YIELDS) {
      idled++;
      Thread.yield();
      return;
    }
    sleeper = Thread.currentThread();
    if (!woken) {
      LockSupport.parkNanos(this, park);
    }
    sleeper = null;
    if (woken) {
      woken = false;
      reset();
    } else {
      park = Math.min(park * 2, busy.getAsBoolean() ? MAX_PARK_NANOS : idleParkNanos);
    }
  }

  @Override
  public void reset() {
    idled = 0;
    park = MIN_PARK_NANOS;
  }

  /** Ends the park, or prevents the next one. */
  void wake() {
    woken = true;
    var thread = sleeper;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public String alias() {
    return "mobula-transfer";
  }
}
