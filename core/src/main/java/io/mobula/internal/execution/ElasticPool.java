package io.mobula.internal.execution;

import io.mobula.internal.lane.SpinWait;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Platform threads that come when all others are busy and go when they have been idle: work that
 * blocks or computes starves nobody, up to a bound. Beyond the bound work waits in the order it
 * came.
 *
 * <p>Platform threads and not virtual ones, because two computing tasks on two carriers keep every
 * other virtual thread of the process waiting, those of the embedding service included.
 */
public final class ElasticPool {
  private static final long IDLE_SECONDS = 5;

  private ElasticPool() {}

  /**
   * Starts none yet.
   *
   * @param name the prefix of the threads' names
   * @param most how many threads at the same time
   */
  public static ExecutorService create(String name, int most) {
    return create(Thread.ofPlatform().daemon().name(name + "-", 1).factory(), most);
  }

  /**
   * As {@link #create(String, int)}, for work that may wait for other work of the same pool: while
   * something waits and no thread gets on, there are more threads.
   *
   * @param usual how many threads at the same time
   * @param most how many while they are held up
   * @param timer runs something later, on a thread that must not be blocked
   */
  public static ExecutorService createGrowing(
      String name, int usual, int most, BiFunction<Duration, Runnable, Runnable> timer) {
    var relief = new StallCompensator(usual, most, timer);
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

  /** As {@link #create(String, int)}, with threads made by a factory. */
  public static ExecutorService create(ThreadFactory factory, int most) {
    return create(factory, most, () -> SpinWait.NONE);
  }

  /**
   * The same.
   *
   * @param spinWait what an idle thread does before it waits
   */
  public static ExecutorService create(
      ThreadFactory factory, int most, Supplier<SpinWait> spinWait) {
    return new ThreadPoolExecutor(
        0,
        most,
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
