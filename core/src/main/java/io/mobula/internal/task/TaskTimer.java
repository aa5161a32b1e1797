package io.mobula.internal.task;

import io.mobula.internal.store.Deadline;
import io.mobula.spi.TaskOptions.TimeLimits;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Timer of one task: fails the task when its result is not there in time, or when an attempt runs
 * for too long. Tasks without a limit share one, which never does anything. Thread-safe.
 */
final class TaskTimer {
  private static final TaskTimer UNLIMITED = new TaskTimer(new TimeLimits(null, null), null);

  private final TimeLimits limits;
  private final @Nullable Deadline deadline;
  private volatile Runnable cancelTotal = () -> {};
  private volatile Runnable cancelAttempt = () -> {};

  private TaskTimer(TimeLimits limits, @Nullable Deadline deadline) {
    this.limits = limits;
    this.deadline = deadline;
  }

  /** Makes the timer of a task that is submitted now. */
  static TaskTimer of(TimeLimits limits) {
    return of(limits, limits.totalTimeout());
  }

  /**
   * Makes the timer of a task that was submitted elsewhere.
   *
   * @param left the time left for the result, or null; a duration, since clocks differ between
   *     nodes
   */
  static TaskTimer of(TimeLimits limits, @Nullable Duration left) {
    boolean isLimited = left != null || limits.timeout() != null || limits.totalTimeout() != null;
    return isLimited
        ? new TaskTimer(limits, left == null ? null : Deadline.after(left))
        : UNLIMITED;
  }

  /** Returns the time left for the result; null if there is no deadline. */
  @Nullable
  Duration left() {
    return deadline == null ? null : Duration.ofNanos(Math.max(0, deadline.remaining()));
  }

  /** Returns when the time for the result is over; null if there is no deadline. */
  @Nullable
  Instant end() {
    var left = left();
    return left == null ? null : Instant.now().plus(left);
  }

  /** Starts the time for the result. */
  void startTotal(TaskRun task) {
    var limit = limits.totalTimeout();
    if (limit != null) {
      cancelTotal = task.services()
          .after(limit, () -> task.timeOut("was not done within its total timeout of " + limit));
    }
  }

  /**
   * Starts the time of an attempt. It runs until the value is complete: longer than the body if
   * that returns a stage.
   */
  void startAttempt(TaskRun task) {
    var limit = limits.timeout();
    if (limit != null) {
      cancelAttempt = task.services()
          .after(limit, () -> task.timeOut("ran longer than its timeout of " + limit));
    }
  }

  /** Stops the time of the attempt, which has ended. */
  void cancelAttempt() {
    cancelAttempt.run();
  }

  /** Stops all times, as the task has its outcome. */
  void cancel() {
    cancelTotal.run();
    cancelAttempt.run();
  }
}
