package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything a task is asked to observe besides its function and arguments. A value;
 * {@link TaskChain} has the verbs.
 *
 * @param resources what it holds while it runs; one CPU unless told otherwise
 * @param retries when it may run again
 * @param limits how long it may take
 * @param placement where it should run
 * @param presence what it is called, and how its stream is read
 */
public record TaskOptions(
    Resources resources, Retries retries, Limits limits, Placement placement, Presence presence) {

  /** One CPU, three retries after a crash, none after an exception, no time limit, anywhere. */
  public static final TaskOptions DEFAULT = new TaskOptions(
      Resources.none().cpus(1),
      new Retries(3, List.of(), Duration.ofMillis(100)),
      new Limits(null, null),
      Placement.anywhere(),
      new Presence(null, 64));

  /** Refuses nulls. */
  public TaskOptions {
    Objects.requireNonNull(resources, "resources");
    Objects.requireNonNull(retries, "retries");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(placement, "placement");
    Objects.requireNonNull(presence, "presence");
  }

  /**
   * When a task may run again.
   *
   * @param most how often, after a crash or an exception named in {@code on}
   * @param on exceptions of the task that are worth another attempt, subclasses included
   * @param backoff the wait before the first retry; doubled for each further one, up to a minute
   */
  public record Retries(int most, List<Class<? extends Throwable>> on, Duration backoff) {
    /** Refuses a negative count or wait. */
    public Retries {
      on = List.copyOf(on);
      if (most < 0) {
        throw new InvalidRequestException(
            "Wanted maxRetries=" + most + ": use 0 for a task that must not run twice.");
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
  public record Limits(@Nullable Duration timeout, @Nullable Duration deadline) {
    /** Refuses limits that are not longer than zero. */
    public Limits {
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
  public record Presence(@Nullable String name, int maxUnread) {
    /** Refuses a stream without room, and a name of more than a thousand characters. */
    public Presence {
      NameLimit.require("a task", name);
      if (maxUnread < 1) {
        throw new InvalidRequestException(
            "Wanted maxUnread=" + maxUnread + ": a stream needs room for at least one result.");
      }
    }
  }

  TaskOptions with(Resources changed) {
    return new TaskOptions(changed, retries, limits, placement, presence);
  }

  TaskOptions with(Retries changed) {
    return new TaskOptions(resources, changed, limits, placement, presence);
  }

  TaskOptions with(Limits changed) {
    return new TaskOptions(resources, retries, changed, placement, presence);
  }

  TaskOptions with(Placement changed) {
    return new TaskOptions(resources, retries, limits, changed, presence);
  }

  TaskOptions with(Presence changed) {
    return new TaskOptions(resources, retries, limits, placement, changed);
  }
}
