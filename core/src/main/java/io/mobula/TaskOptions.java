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
 * @param maxRetries how often it may run again after a crash or an exception named in
 *     {@code retryOn}
 * @param retryOn exceptions of the task that are worth another attempt, subclasses included
 * @param backoff the wait before the first retry; doubled for each further one, up to a minute
 * @param timeout the longest an attempt may run, or null
 * @param deadline the longest until the result, from submission on, or null
 * @param name what logs and messages call it, or null for the function's own name
 * @param placement where it should run
 * @param maxUnread how many results of a stream may wait unread before the task is held back
 */
public record TaskOptions(
    Resources resources,
    int maxRetries,
    List<Class<? extends Throwable>> retryOn,
    Duration backoff,
    @Nullable Duration timeout,
    @Nullable Duration deadline,
    @Nullable String name,
    Placement placement,
    int maxUnread) {

  /** One CPU, three retries after a crash, none after an exception, no time limit, anywhere. */
  public static final TaskOptions DEFAULT = new TaskOptions(
      Resources.none().cpus(1),
      3,
      List.of(),
      Duration.ofMillis(100),
      null,
      null,
      null,
      Placement.anywhere(),
      64);

  /** Checks each part; {@link InvalidRequestException} names the one that cannot be. */
  public TaskOptions {
    Objects.requireNonNull(resources, "resources");
    Objects.requireNonNull(placement, "placement");
    retryOn = List.copyOf(retryOn);
    if (maxRetries < 0) {
      throw new InvalidRequestException(
          "Wanted maxRetries=" + maxRetries + ": use 0 for a task that must not run twice.");
    }
    if (maxUnread < 1) {
      throw new InvalidRequestException(
          "Wanted maxUnread=" + maxUnread + ": a stream needs room for at least one result.");
    }
    requirePositive("timeout", timeout);
    requirePositive("deadline", deadline);
    if (backoff.isNegative()) {
      throw new InvalidRequestException(
          "Wanted backoff=" + backoff + ": a wait cannot be negative.");
    }
  }

  static void requirePositive(String what, @Nullable Duration time) {
    if (time != null && (time.isNegative() || time.isZero())) {
      throw new InvalidRequestException(
          "Wanted " + what + "=" + time + ": it must be longer than zero.");
    }
  }

  TaskOptions withResources(Resources value) {
    return new TaskOptions(
        value, maxRetries, retryOn, backoff, timeout, deadline, name, placement, maxUnread);
  }

  TaskOptions withMaxRetries(int value) {
    return new TaskOptions(
        resources, value, retryOn, backoff, timeout, deadline, name, placement, maxUnread);
  }

  TaskOptions withRetryOn(List<Class<? extends Throwable>> value) {
    return new TaskOptions(
        resources, maxRetries, value, backoff, timeout, deadline, name, placement, maxUnread);
  }

  TaskOptions withBackoff(Duration value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, value, timeout, deadline, name, placement, maxUnread);
  }

  TaskOptions withTimeout(Duration value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, backoff, value, deadline, name, placement, maxUnread);
  }

  TaskOptions withDeadline(Duration value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, backoff, timeout, value, name, placement, maxUnread);
  }

  TaskOptions withName(String value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, backoff, timeout, deadline, value, placement, maxUnread);
  }

  TaskOptions withPlacement(Placement value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, backoff, timeout, deadline, name, value, maxUnread);
  }

  TaskOptions withMaxUnread(int value) {
    return new TaskOptions(
        resources, maxRetries, retryOn, backoff, timeout, deadline, name, placement, value);
  }
}
