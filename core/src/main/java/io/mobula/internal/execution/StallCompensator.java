package io.mobula.internal.execution;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

/**
 * Gives an {@link ElasticPool} more threads while work waits and all of its threads are held up:
 * work that waits for other work of the same pool would wait for ever otherwise. As soon as nothing
 * waits the pool has its usual bound again.
 */
final class StallCompensator {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int MORE = 16;

  private final int usual;
  private final int most;
  private final BiFunction<Duration, Runnable, Runnable> timer;
  private final AtomicBoolean planned = new AtomicBoolean();

  /**
   * Does nothing before it is told that work waits.
   *
   * @param usual how many threads the pool has at most while they get on
   * @param most how many in any case
   * @param timer runs something later
   */
  StallCompensator(int usual, int most, BiFunction<Duration, Runnable, Runnable> timer) {
    this.usual = usual;
    this.most = most;
    this.timer = timer;
  }

  /** Work waits for a thread. */
  void onQueued(ThreadPoolExecutor pool) {
    if (planned.compareAndSet(false, true)) {
      plan(pool);
    }
  }

  private void plan(ThreadPoolExecutor pool) {
    long done = pool.getCompletedTaskCount();
    Runnable _ = timer.apply(LOOK, () -> look(pool, done));
  }

  private void look(ThreadPoolExecutor pool, long doneBefore) {
    if (pool.isShutdown()) {
      return;
    }
    if (pool.getQueue().isEmpty()) {
      pool.setMaximumPoolSize(usual);
      planned.set(false);
      if (!pool.getQueue().isEmpty()) { // it came between the two
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
    pool.setMaximumPoolSize(Math.max(before, Math.min(most, before + MORE)));
    try {
      for (int i = before; i < pool.getMaximumPoolSize(); i++) {
        pool.execute(() -> {}); // by a new thread, which then takes what waits
      }
    } catch (RejectedExecutionException | OutOfMemoryError none) { // closing, or no more threads
      pool.setMaximumPoolSize(before);
    }
  }
}
