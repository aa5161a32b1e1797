package io.mobula.internal.execution;

import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Adds threads to an {@link ElasticPool} while work is queued and all of its threads are blocked.
 * Without them, work that waits for other work of the same pool would wait for ever. The pool gets
 * its usual maximum back as soon as nothing is queued.
 */
final class StallCompensator {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int MORE = 16;

  private final int usual;
  private final int max;
  private final DelayTimer timer;
  private final AtomicBoolean planned = new AtomicBoolean();

  /**
   * Makes a compensator that does nothing before work is queued.
   *
   * @param usual the maximum number of threads while they make progress
   * @param max the maximum number in any case
   * @param timer runs an action after a delay
   */
  StallCompensator(int usual, int max, DelayTimer timer) {
    this.usual = usual;
    this.max = max;
    this.timer = timer;
  }

  /** Starts the periodic check, as work is queued. */
  void onQueued(ThreadPoolExecutor pool) {
    if (planned.compareAndSet(false, true)) {
      plan(pool);
    }
  }

  private void plan(ThreadPoolExecutor pool) {
    long done = pool.getCompletedTaskCount();
    Runnable _ = timer.after(LOOK, () -> look(pool, done));
  }

  private void look(ThreadPoolExecutor pool, long doneBefore) {
    if (pool.isShutdown()) {
      return;
    }
    if (pool.getQueue().isEmpty()) {
      pool.setMaximumPoolSize(usual);
      planned.set(false);
      if (!pool.getQueue().isEmpty()) { // work was queued between the two checks
        onQueued(pool);
      }
      return;
    }
    if (pool.getCompletedTaskCount() == doneBefore) {
      grow(pool);
    }
    plan(pool);
  }

  private void grow(ThreadPoolExecutor pool) {
    int before = Math.max(pool.getMaximumPoolSize(), pool.getPoolSize());
    pool.setMaximumPoolSize(Math.max(before, Math.min(max, before + MORE)));
    try {
      for (int i = before; i < pool.getMaximumPoolSize(); i++) {
        pool.execute(() -> {}); // a new thread runs it, and then takes queued work
      }
    } catch (RejectedExecutionException | OutOfMemoryError none) {
      // the pool is closing, or the system has no more threads
      pool.setMaximumPoolSize(before);
    }
  }
}
