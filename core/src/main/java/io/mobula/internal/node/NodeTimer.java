package io.mobula.internal.node;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs actions later, to the millisecond, on threads of an executor; its own thread sleeps while
 * nothing is due. Akka's timer wakes up at every tick instead, so its ticks are coarse here. Safe
 * for all threads.
 */
final class NodeTimer implements AutoCloseable {
  private final ScheduledThreadPoolExecutor clock;
  private final Executor executor;

  /** Runs what is due on {@code executor}. */
  NodeTimer(Executor executor) {
    this.executor = executor;
    this.clock = new ScheduledThreadPoolExecutor(
        1, Thread.ofPlatform().daemon().name("mobula-timer").factory());
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs the action once, unless it is cancelled before or this is closed.
   *
   * @return cancels it
   */
  Runnable after(Duration delay, Runnable action) {
    try {
      var due = clock.schedule(
          () -> executor.execute(action),
          TimeUnit.NANOSECONDS.convert(delay),
          TimeUnit.NANOSECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException closed) { // everything has ended
      return () -> {};
    }
  }

  /** Nothing that is not due yet is run any more. */
  @Override
  public void close() {
    clock.shutdown();
  }
}
