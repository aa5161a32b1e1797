package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything a task is asked to observe besides its function and arguments. A value;
 * {@link TaskBuilder} has the verbs.
 *
 * @param resources what it holds while it runs; one CPU unless told otherwise
 * @param retries when it may run again
 * @param timeLimits how long it may take
 * @param placement where it should run
 * @param nameAndStream what it is called, and how its stream is read
 */
public record TaskOptions(
    Resources resources,
    Retries retries,
    TimeLimits timeLimits,
    Placement placement,
    NameAndStream nameAndStream) {

  /** One CPU, three retries after a crash, none after an exception, no time limit, anywhere. */
  public static final TaskOptions DEFAULT = new TaskOptions(
      Resources.none().cpus(1),
      new Retries(3, List.of(), Duration.ofMillis(100)),
      new TimeLimits(null, null),
      Placement.anywhere(),
      new NameAndStream(null, 64));

  /** Refuses nulls. */
  public TaskOptions {
    Objects.requireNonNull(resources, "resources");
    Objects.requireNonNull(retries, "retries");
    Objects.requireNonNull(timeLimits, "limits");
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(nameAndStream, "presence");
  }

  /**
   * When a task may run again.
   *
   * @param maxRetries how often, after a crash or an exception named in {@code on}
   * @param retryOn exceptions of the task that are worth another attempt, subclasses included
   * @param backoff the wait before the first retry; doubled for each further one, up to a minute
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
   * How long a task may take.
   *
   * @param timeout the longest an attempt may run, or null
   * @param deadline the longest until the result, from submission on, or null
   */
  public record TimeLimits(
      @Nullable Duration timeout, @Nullable Duration deadline) {
    /** Refuses limits that are not longer than zero. */
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
   * How a task shows.
   *
   * @param name what logs and messages call it, or null for the function's own name
   * @param maxUnread how many results of a stream may wait unread before the task is held back
   */
  public record NameAndStream(@Nullable String name, int maxUnread) {
    /** Refuses a stream without room, and a name of more than a thousand characters. */
    public NameAndStream {
      NameLimit.require("a task", name);
      if (maxUnread < 1) {
        throw new InvalidRequestException(
            "Wanted maxUnread=" + maxUnread + ": a stream needs room for at least one result.");
      }
    }
  }

  TaskOptions with(Resources changed) {
    return new TaskOptions(changed, retries, timeLimits, placement, nameAndStream);
  }

  TaskOptions with(Retries changed) {
    return new TaskOptions(resources, changed, timeLimits, placement, nameAndStream);
  }

  TaskOptions with(TimeLimits changed) {
    return new TaskOptions(resources, retries, changed, placement, nameAndStream);
  }

  TaskOptions with(Placement changed) {
    return new TaskOptions(resources, retries, timeLimits, changed, nameAndStream);
  }

  TaskOptions with(NameAndStream changed) {
    return new TaskOptions(resources, retries, timeLimits, placement, changed);
  }
}
