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
 * @param resources resources held while the task runs; one CPU by default
 * @param retries when the task may be retried
 * @param timeLimits how long the task may take
 * @param placement where the task runs
 * @param nameAndStream the task's name, and the limit of unread results of a stream
 */
public record TaskOptions(
    Resources resources,
    Retries retries,
    TimeLimits timeLimits,
    Placement placement,
    NameAndStream nameAndStream) {

  /**
   * Default options: one CPU, three retries after a crash, none after an exception, no time limit,
   * any node.
   */
  public static final TaskOptions DEFAULT = new TaskOptions(
      Resources.none().cpus(1),
      new Retries(3, List.of(), Duration.ofMillis(100)),
      new TimeLimits(null, null),
      Placement.anywhere(),
      new NameAndStream(null, 64));

  /** Refuses components that are null. */
  public TaskOptions {
    Objects.requireNonNull(resources, "resources");
    Objects.requireNonNull(retries, "retries");
    Objects.requireNonNull(timeLimits, "limits");
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(nameAndStream, "presence");
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
   * @param deadline how long the result may take from submission on, or null
   */
  public record TimeLimits(
      @Nullable Duration timeout, @Nullable Duration deadline) {
    /** Refuses limits that are not above zero. */
    public TimeLimits {
      requirePositive("timeout", timeout);
      requirePositive("deadline", deadline);
    }

    private static void requirePositive(String what, @Nullable Duration time) {
      if (time != null && (time.isNegative() || time.isZero())) {
        throw new InvalidRequestException(
            "Wanted " + what + "=" + time + ": it must be longer than zero.");
      }
    }
  }

  /**
   * Name of a task, and limit of unread results of its stream.
   *
   * @param name name in logs and messages, or null for the function's own name
   * @param maxUnread how many results of a stream may be unread before the task is paused
   */
  public record NameAndStream(@Nullable String name, int maxUnread) {
    /** Refuses a limit below 1, and a name of more than a thousand characters. */
    public NameAndStream {
      NameLimit.require("a task", name);
      if (maxUnread < 1) {
        throw new InvalidRequestException(
            "Wanted maxUnread=" + maxUnread + ": a stream needs room for at least one result.");
      }
    }
  }

  /** Returns these options with other resources. */
  public TaskOptions with(Resources changed) {
    return new TaskOptions(changed, retries, timeLimits, placement, nameAndStream);
  }

  /** Returns these options with other retries. */
  public TaskOptions with(Retries changed) {
    return new TaskOptions(resources, changed, timeLimits, placement, nameAndStream);
  }

  /** Returns these options with other time limits. */
  public TaskOptions with(TimeLimits changed) {
    return new TaskOptions(resources, retries, changed, placement, nameAndStream);
  }

  /** Returns these options with another placement. */
  public TaskOptions with(Placement changed) {
    return new TaskOptions(resources, retries, timeLimits, changed, nameAndStream);
  }

  /** Returns these options with another name and limit of a stream. */
  public TaskOptions with(NameAndStream changed) {
    return new TaskOptions(resources, retries, timeLimits, placement, changed);
  }
}
