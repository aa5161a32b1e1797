package io.mobula.spi;

import io.mobula.TaskBuilder;
import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of a task besides its function and arguments. A value; {@link TaskBuilder} has the
 * methods that set options.
 *
 * @param work resources, placement and name; resources are required, one CPU by default
 * @param retries when the task may be retried
 * @param timeLimits how long the task may take
 * @param maxUnread how many results of a stream may be unread before the task is paused
 */
public record TaskOptions(WorkOptions work, Retries retries, TimeLimits timeLimits, int maxUnread) {

  /**
   * Default options: one CPU, three retries after a crash, none after an exception, no time limit,
   * any node.
   */
  public static final TaskOptions DEFAULT = new TaskOptions(
      new WorkOptions(Resources.none().cpus(1), Placement.anywhere(), null),
      new Retries(3, List.of(), Duration.ofMillis(100)),
      new TimeLimits(null, null),
      64);

  /** Refuses components that are null, and a limit of unread results below 1. */
  public TaskOptions {
    Objects.requireNonNull(work.resources(), "resources");
    Objects.requireNonNull(retries, "retries");
    Objects.requireNonNull(timeLimits, "limits");
    if (maxUnread < 1) {
      throw new InvalidRequestException(
          "Wanted maxUnread=" + maxUnread + ": a stream needs room for at least one result.");
    }
  }

  /** Returns the resources that the task holds while it runs. */
  public Resources resources() {
    return Objects.requireNonNull(work.resources(), "resources");
  }

  /** Returns where the task runs. */
  public Placement placement() {
    return work.placement();
  }

  /** Returns the name that the program gave the task, or null for the function's own name. */
  public @Nullable String name() {
    return work.name();
  }

  /**
   * Retries of a task.
   *
   * @param maxRetries maximum number of retries after a crash or an exception named in
   *     {@code retryOn}
   * @param retryOn exceptions of the task that cause a retry, including subclasses
   * @param backoff wait before the first retry; doubled for each further retry, up to a minute
   */
  public record Retries(
      int maxRetries, List<Class<? extends Throwable>> retryOn, Duration backoff) {
    /** Refuses a negative count or wait. */
    public Retries {
      retryOn = List.copyOf(retryOn);
      if (maxRetries < 0) {
        throw new InvalidRequestException(
            "Wanted maxRetries=" + maxRetries + ": use 0 for a task that must not run twice.");
      }
      if (backoff.isNegative()) {
        throw new InvalidRequestException(
            "Wanted backoff=" + backoff + ": a wait cannot be negative.");
      }
    }
  }

  /**
   * Time limits of a task.
   *
   * @param timeout how long an attempt may run, or null
   * @param totalTimeout how long the result may take from submission on, or null
   */
  public record TimeLimits(
      @Nullable Duration timeout, @Nullable Duration totalTimeout) {
    /** Refuses limits that are not above zero. */
    public TimeLimits {
      requirePositive("timeout", timeout);
      requirePositive("totalTimeout", totalTimeout);
    }

    private static void requirePositive(String what, @Nullable Duration time) {
      if (time != null && (time.isNegative() || time.isZero())) {
        throw new InvalidRequestException(
            "Wanted " + what + "=" + time + ": it must be longer than zero.");
      }
    }
  }

  /** Returns these options with other options that actors have, too. */
  public TaskOptions with(WorkOptions changed) {
    return new TaskOptions(changed, retries, timeLimits, maxUnread);
  }

  /** Returns these options with other retries. */
  public TaskOptions with(Retries changed) {
    return new TaskOptions(work, changed, timeLimits, maxUnread);
  }

  /** Returns these options with other time limits. */
  public TaskOptions with(TimeLimits changed) {
    return new TaskOptions(work, retries, changed, maxUnread);
  }

  /** Returns these options with another limit of unread results. */
  public TaskOptions withMaxUnread(int changed) {
    return new TaskOptions(work, retries, timeLimits, changed);
  }
}
