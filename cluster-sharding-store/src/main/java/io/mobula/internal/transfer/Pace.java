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
final class Pace implements IdleStrategy {
  private static final int YIELDS = 20;
  private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(5);
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(10);

  private final BooleanSupplier busy;
  private final Runnable worked;
  private volatile @Nullable Thread sleeper;
  private int idled;
  private long park = SHORTEST;

  /**
   * Waits for this thread's turns.
   *
   * @param busy whether something is under way
   * @param worked told after each round that did something
   */
  Pace(BooleanSupplier busy, Runnable worked) {
    this.busy = busy;
    this.worked = worked;
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
      worked.run();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    if (idled < YIELDS) {
      idled++;
      Thread.yield();
      return;
    }
    sleeper = Thread.currentThread();
    LockSupport.parkNanos(this, park);
    sleeper = null;
    park = Math.min(park * 2, busy.getAsBoolean() ? LONGEST : QUIET);
  }

  @Override
  public void reset() {
    idled = 0;
    park = SHORTEST;
  }

  /** Ends a park that has begun. */
  void wake() {
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
