package io.mobula.internal.node;

import io.mobula.internal.process.HeapExhaustion;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timer with millisecond precision that runs actions on an executor; its own thread sleeps while
 * nothing is due. Akka's timer wakes up at every tick instead, so its ticks are set coarse.
 * Thread-safe.
 */
final class NodeTimer implements DelayTimer, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeTimer.class);

  private final ScheduledThreadPoolExecutor clock;
  private final Executor executor;

  /** Creates a timer that runs due actions on {@code executor}. */
  NodeTimer(Executor executor) {
    this.executor = executor;
    this.clock = new ScheduledThreadPoolExecutor(
        1, Thread.ofPlatform().daemon().name("mobula-timer").factory());
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs the action once after the delay, unless it is cancelled or the timer is closed before.
   *
   * @return cancels the action
   */
  @Override
  public Runnable after(Duration delay, Runnable action) {
    try {
      var due = clock.schedule(
          () -> executor.execute(() -> run(action)),
          TimeUnit.NANOSECONDS.convert(delay),
          TimeUnit.NANOSECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException closed) { // the timer is closed
      return () -> {};
    }
  }

  /**
   * Runs an action; its exceptions end neither a thread of the executor nor, as Akka would, the
   * JVM.
   */
  private static void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable broken) {
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("What was to happen later has failed", broken);
    }
  }

  /** Closes the timer; actions that are not due yet never run. */
  @Override
  public void close() {
    clock.shutdown();
  }
}
