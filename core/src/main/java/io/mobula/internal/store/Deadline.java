package io.mobula.internal.store;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;

/**
 * Instant at which waiting ends, on the clock of {@link System#nanoTime()}.
 *
 * @param nanos the instant, meaningless for {@link #NEVER}
 * @param timeout the duration that the caller gave, for messages
 */
public record Deadline(long nanos, Duration timeout) {
  /** Deadline that never comes. */
  public static final Deadline NEVER = new Deadline(0, Duration.ofSeconds(Long.MAX_VALUE));

  /**
   * Creates the deadline of a timeout that starts now.
   *
   * @throws InvalidRequestException when the timeout is negative
   */
  public static Deadline after(Duration limit) {
    Objects.requireNonNull(limit, "deadline");
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted a deadline of " + limit
          + ": it cannot be negative. Use Duration.ZERO to look without waiting.");
    }
    var max = Duration.ofDays(365);
    return limit.compareTo(max) > 0
        ? NEVER
        : new Deadline(System.nanoTime() + limit.toNanos(), limit);
  }

  /** Returns the remaining time in nanoseconds, negative after the deadline. */
  @SuppressWarnings("ReferenceEquality") // NEVER is one object
  public long remaining() {
    return this == NEVER ? Long.MAX_VALUE : nanos - System.nanoTime();
  }
}
