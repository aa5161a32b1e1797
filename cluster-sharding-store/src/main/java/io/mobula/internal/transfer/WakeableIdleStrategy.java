package io.mobula.internal.transfer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * How a thread that polls waits: it yields a little, then parks, longer and longer; when nothing is
 * under way much longer. Belongs to the one thread that idles; {@link #wake} is for all.
 */
final class WakeableIdleStrategy implements IdleStrategy {
  private static final int YIELDS = 20;
  private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(5);
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1);
  private final BooleanSupplier busy;
  private final Runnable onWork;
  private final long idleParkNanos;
  private volatile boolean woken;
  private volatile @Nullable Thread sleeper;
  private int idled;
  private long park = SHORTEST;

  /**
   * Waits for this thread's turns.
   *
   * @param busy whether something is under way
   * @param worked told after each round that did something
   * @param quiet how long it parks at most when nothing is under way, nanoseconds
   */
  WakeableIdleStrategy(BooleanSupplier busy, Runnable worked, long quiet) {
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
  @SuppressWarnings("ThreadPriorityCheck") // It gives way to the other end; nothing depends on it.
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
      park = Math.min(park * 2, busy.getAsBoolean() ? LONGEST : idleParkNanos);
    }
  }

  @Override
  public void reset() {
    idled = 0;
    park = SHORTEST;
  }

  /** Ends its park, or lets it not begin. */
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
