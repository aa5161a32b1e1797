package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;

/**
 * Name of a sealed object for other processes that know its store; the store's table says where the
 * object lies.
 *
 * @param slot the number of its slot
 * @param generation the number of objects that the slot has held up to this one
 * @param bytes its size
 */
public record ObjectAddress(long slot, long generation, long bytes) {
  private static final long MAX_GENERATION = (1L << 56) - 1;

  /** Rejects values that no store issues with {@link InvalidRequestException}. */
  public ObjectAddress {
    if (slot < 0
        || slot >= ObjectTable.MAX_SLOTS
        || generation < 1
        || generation > MAX_GENERATION
        || bytes < 0) {
      throw new InvalidRequestException("No object is at slot " + slot + ", generation "
          + generation + ", of " + bytes + " bytes");
    }
  }
}
