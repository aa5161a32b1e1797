package io.mobula.internal.store;

import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread waiting until a number of objects are ready, or the first has failed if it wants to
 * know. Made and awaited by that thread.
 *
 * <p>An execution that waits longer than about a millisecond gives its CPU back for the rest of the
 * wait.
 */
final class Arrival implements Waiter {
  private static final long KEEP_CPU_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Thread thread = Thread.currentThread();
  private final AtomicInteger missing;
  private final boolean failFast;

  Arrival(int count, boolean failFast) {
    this.missing = new AtomicInteger(count);
    this.failFast = failFast;
  }

  @Override
  public void ready(ObjectEntry entry) {
    if (failFast && entry.isFailed()) {
      missing.set(0);
    } else {
      missing.decrementAndGet();
    }
    if (isComplete()) {
      LockSupport.unpark(thread);
    }
  }

  private boolean isComplete() {
    return missing.get() <= 0;
  }

  /** Whether it came in time. */
  boolean await(Deadline deadline, Object what) {
    var execution = Execution.current();
    if (execution == null) {
      return parkUntil(deadline.remaining(), what);
    }
    long patience = Math.min(deadline.remaining(), KEEP_CPU_NANOS);
    if (parkUntil(patience, what) || deadline.remaining() <= 0) {
      return isComplete();
    }
    execution.hold().giveBack();
    try {
      return parkUntil(deadline.remaining(), what);
    } finally {
      execution.hold().takeBack();
    }
  }

  private boolean parkUntil(long nanos, Object what) {
    long start = System.nanoTime();
    while (!isComplete()) {
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
    return true;
  }
}
