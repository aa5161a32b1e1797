package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;

/**
 * What names a sealed object to other processes that know its store; where it lies is in the
 * store's table.
 *
 * @param slot the number of its slot
 * @param generation how many objects the slot has held up to this one
 * @param bytes its size
 */
public record ObjectAddress(long slot, long generation, long bytes) {
  private static final long MOST_GENERATION = (1L << 56) - 1;

  /** Refuses what no store gives out with {@link InvalidRequestException}. */
  public ObjectAddress {
    if (slot < 0
        || slot >= ObjectTable.MOST_SLOTS
        || generation < 1
        || generation > MOST_GENERATION
        || bytes < 0) {
      throw new InvalidRequestException("No object is at slot " + slot + ", generation "
          + generation + ", of " + bytes + " bytes");
    }
  }
}
