package io.mobula.internal.node;

import io.mobula.internal.process.HeapExhaustion;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs actions later, to the millisecond, on threads of an executor; its own thread sleeps while
 * nothing is due. Akka's timer wakes up at every tick instead, so its ticks are coarse here. Safe
 * for all threads.
 */
final class NodeTimer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeTimer.class);

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
          () -> executor.execute(() -> run(action)),
          TimeUnit.NANOSECONDS.convert(delay),
          TimeUnit.NANOSECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException closed) { // everything has ended
      return () -> {};
    }
  }

  /** Whatever goes wrong ends neither a thread of the executor nor, as Akka has it, the JVM. */
  private static void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable broken) {
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("What was to happen later has failed", broken);
    }
  }

  /** Nothing that is not due yet is run any more. */
  @Override
  public void close() {
    clock.shutdown();
  }
}
