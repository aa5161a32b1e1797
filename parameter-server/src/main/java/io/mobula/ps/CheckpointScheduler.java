package io.mobula.ps;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timer that writes checkpoints at a fixed delay, on a thread of its own. A checkpoint that fails
 * is logged.
 */
final class CheckpointScheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointScheduler.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("mobula-checkpoints").factory());

  private final long nanos;

  CheckpointScheduler(Duration interval) {
    this.nanos = interval.toNanos();
  }

  /** Starts the timer; the first checkpoint is due after one interval. */
  void start(Runnable write) {
    var _ = thread.scheduleWithFixedDelay(() -> attempt(write), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void attempt(Runnable write) {
    try {
      write.run();
    } catch (RuntimeException e) {
      if (!thread.isShutdown()) {
        LOG.error("No checkpoint could be written; the one before stays the last", e);
      }
    }
  }

  /**
   * Stops the timer, and waits for a checkpoint that is being written, 30 s at most. A checkpoint
   * that takes longer is never completed.
   */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("A checkpoint was not written within {} and is given up", CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
