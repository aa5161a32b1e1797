package io.mobula.internal.store;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;

/**
 * When waiting ends, on the clock of {@link System#nanoTime()}.
 *
 * @param nanos the moment, meaningless for {@link #NEVER}
 * @param timeout what the caller said, for messages
 */
public record Deadline(long nanos, Duration timeout) {
  /** Waiting never ends by itself. */
  public static final Deadline NEVER = new Deadline(0, Duration.ofSeconds(Long.MAX_VALUE));

  /**
   * From now on.
   *
   * @throws InvalidRequestException when negative
   */
  public static Deadline after(Duration limit) {
    Objects.requireNonNull(limit, "deadline");
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted a deadline of " + limit
          + ": it cannot be negative. Use Duration.ZERO to look without waiting.");
    }
    var most = Duration.ofDays(365);
    return limit.compareTo(most) > 0
        ? NEVER
        : new Deadline(System.nanoTime() + limit.toNanos(), limit);
  }

  /** How many nanoseconds are left; negative when it is over. */
  @SuppressWarnings("ReferenceEquality") // NEVER is one object
  public long remaining() {
    return this == NEVER ? Long.MAX_VALUE : nanos - System.nanoTime();
  }
}
