package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;

/**
 * What a value that is put is asked to observe: {@code runtime.put(value, PutOptions.copies(2))}. A
 * value.
 *
 * @param copies on how many nodes it is kept
 * @param within how long {@code put} may wait for that
 */
public record PutOptions(int copies, Duration within) {
  /** The most copies a value may have. */
  public static final int MOST_COPIES = 16;

  /** One copy, where it is put. */
  public static final PutOptions DEFAULT = new PutOptions(1, Duration.ofSeconds(30));

  /** Refuses fewer than one copy, more than {@link #MOST_COPIES}, and no time. */
  public PutOptions {
    Objects.requireNonNull(within, "within");
    if (copies < 1 || copies > MOST_COPIES) {
      throw new InvalidRequestException(
          "Wanted copies=" + copies + ": a value has from 1 to " + MOST_COPIES + " copies.");
    }
    if (within.isNegative() || within.isZero()) {
      throw new InvalidRequestException(
          "Wanted within=" + within + ": it must be longer than zero.");
    }
  }

  /**
   * A value that is kept on so many nodes, each with a copy in its store; put within 30 s. When one
   * of these nodes leaves or dies another one makes a copy, as long as there is one with room.
   */
  public static PutOptions copies(int count) {
    return new PutOptions(count, DEFAULT.within);
  }

  /** The same, with another bound on how long {@code put} may wait. */
  public PutOptions within(Duration limit) {
    return new PutOptions(copies, limit);
  }
}
