package io.mobula.ps;

import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.SparseSpec;

/**
 * Keys with the gradients of their rows.
 *
 * @param keys in any order
 * @param numbers the gradients, row by row in the order of the keys
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RowGradients(long[] keys, NumberArray numbers) {

  /**
   * Checks gradients that a user wants to push.
   *
   * @throws KeyException when the number of gradients does not match the number of keys
   * @throws GradientException when the numbers have another type, or one is not finite
   */
  static RowGradients checked(SparseSpec table, long[] keys, NumberArray numbers) {
    if (numbers.numberType() != table.numberType()) {
      throw new GradientException("Got " + numbers.numberType().pluralName() + " for " + table
          + ": push " + table.numberType().pluralName() + ".");
    }
    if (numbers.length() != (long) keys.length * table.width()) {
      throw new KeyException(
          "Got " + numbers.length() + " numbers for " + keys.length + " keys of " + table
              + ": push " + table.width() + " for each key.",
          null);
    }
    long bad = table.numberType().firstNotFinite(numbers.memory());
    if (bad >= 0) {
      throw GradientException.ofNumber("the gradients of " + table, bad, numbers.at((int) bad));
    }
    return new RowGradients(keys, numbers);
  }

  /** Allocates gradients for the keys, all of them 0. */
  static RowGradients room(NumberType numberType, long[] keys, int width) {
    return new RowGradients(
        keys, NumberArray.zeros(numberType, Math.multiplyExact(keys.length, width)));
  }

  boolean isEmpty() {
    return keys.length == 0;
  }
}
