package io.mobula.internal.execution;

import io.mobula.internal.lane.SpinWait;
import io.mobula.spi.DelayTimer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Thread pools that add a platform thread when all others are busy, and end threads that have been
 * idle. Work that blocks or computes delays no other work, up to a maximum of threads. Beyond the
 * maximum, work waits in the order it was submitted.
 *
 * <p>The threads are platform threads and not virtual ones: two computing tasks on two carriers
 * would keep every other virtual thread of the process waiting, those of the embedding service
 * included.
 */
public final class ElasticPool {
  private static final long IDLE_SECONDS = 5;

  private ElasticPool() {}

  /**
   * Creates a pool without threads yet.
   *
   * @param name the prefix of the threads' names
   * @param max the maximum number of threads
   */
  public static ExecutorService create(String name, int max) {
    return create(Thread.ofPlatform().daemon().name(name + "-", 1).factory(), max);
  }

  /**
   * Creates a pool for work that may wait for other work of the same pool: it adds threads while
   * work is queued and no thread makes progress.
   *
   * @param usual the maximum number of threads while they make progress
   * @param max the maximum number while they are all blocked
   * @param timer runs an action after a delay, on a thread that must not be blocked
   */
  public static ExecutorService createGrowing(String name, int usual, int max, DelayTimer timer) {
    var relief = new StallCompensator(usual, max, timer);
    var threads = Thread.ofPlatform().daemon().name(name + "-", 1).factory();
    return new ThreadPoolExecutor(
        0,
        usual,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new HandOffQueue(() -> SpinWait.NONE),
        threads,
        (work, pool) -> {
          queue(work, pool);
          relief.onQueued(pool);
        });
  }

  /** Creates a pool whose threads are made by a factory. */
  public static ExecutorService create(ThreadFactory factory, int max) {
    return create(factory, max, () -> SpinWait.NONE);
  }

  /**
   * Creates a pool whose idle threads spin before they park.
   *
   * @param spinWait what an idle thread polls before it parks
   */
  public static ExecutorService create(
      ThreadFactory factory, int max, Supplier<SpinWait> spinWait) {
    return new ThreadPoolExecutor(
        0,
        max,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new HandOffQueue(spinWait),
        factory,
        ElasticPool::queue);
  }

  private static void queue(Runnable work, ThreadPoolExecutor pool) {
    if (pool.isShutdown()) {
      throw new RejectedExecutionException("The pool is closed.");
    }
    ((HandOffQueue) pool.getQueue()).put(work);
  }
}
