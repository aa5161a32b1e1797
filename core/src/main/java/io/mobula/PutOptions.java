package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;

/**
 * Options of {@code put}: {@code runtime.put(value, PutOptions.copies(2))}. A value.
 *
 * @param copies number of nodes that keep the value
 * @param timeout how long {@code put} may wait for the copies
 */
public record PutOptions(int copies, Duration timeout) {
  /** Maximum number of copies of a value. */
  public static final int MAX_COPIES = 16;

  /** Default options: one copy, in the process that puts the value. */
  public static final PutOptions DEFAULT = new PutOptions(1, Duration.ofSeconds(30));

  /**
   * Refuses fewer than one copy, more than {@link #MAX_COPIES}, and a timeout that is not above
   * zero.
   *
   * @throws InvalidRequestException when one of them is refused
   */
  public PutOptions {
    Objects.requireNonNull(timeout, "timeout");
    if (copies < 1 || copies > MAX_COPIES) {
      throw new InvalidRequestException(
          "Wanted copies=" + copies + ": a value has from 1 to " + MAX_COPIES + " copies.");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidRequestException(
          "Wanted timeout=" + timeout + ": it must be longer than zero.");
    }
  }

  /**
   * Returns options that keep a value in the stores of {@code count} nodes, with a timeout of 30 s.
   * When one of these nodes leaves or dies, another node with room copies the value.
   *
   * @throws InvalidRequestException when {@code count} is below 1 or above {@link #MAX_COPIES}
   */
  public static PutOptions copies(int count) {
    return new PutOptions(count, DEFAULT.timeout);
  }

  /** Returns these options with another timeout of {@code put}. */
  public PutOptions timeout(Duration timeout) {
    return new PutOptions(copies, timeout);
  }
}
