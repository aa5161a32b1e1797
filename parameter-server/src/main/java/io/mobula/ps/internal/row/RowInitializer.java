package io.mobula.ps.internal.row;

import java.io.Serializable;

/**
 * Initial values of rows: uniform random numbers from {@code -range} to {@code range}, which depend
 * only on the seed and the key.
 *
 * @param range bound of the numbers; 0 for rows of zeros
 * @param seed seed of the random numbers
 */
public record RowInitializer(double range, long seed) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Initializer for rows of zeros. */
  public static final RowInitializer ZERO = new RowInitializer(0, 0);

  /** Refuses a range that is negative, NaN or beyond the largest float. */
  public RowInitializer {
    if (!(range >= 0 && range <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException("Wanted rows that begin from -" + range + " to " + range
          + ": use 0 or more, and at most " + Float.MAX_VALUE + ".");
    }
  }

  boolean isZero() {
    return range == 0;
  }

  /** Returns the initial value of a number in a row of floats. */
  float floatAt(long key, int column) {
    return isZero() ? 0 : (float) range * ((bits(key, column) >>> 40) * 0x1p-23f - 1);
  }

  /** Returns the initial value of a number in a row of doubles. */
  double doubleAt(long key, int column) {
    return isZero() ? 0 : range * ((bits(key, column) >>> 11) * 0x1p-52 - 1);
  }

  private long bits(long key, int column) {
    return KeyHash.mix(KeyHash.mix(key + seed) + column);
  }
}
