package io.mobula.ps.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Gradient of a contiguous part of a shard's range.
 *
 * @param numbers the numbers, in the table's number type
 * @param from index within the range that the first number belongs to
 * @param count how many numbers there are
 * @param scale factor by which each number is multiplied
 */
public record Gradient(MemorySegment numbers, int from, int count, double scale) {
  /** Returns whether the memory can still be read; the worker that owns it may have died. */
  public boolean isReadable() {
    return numbers.scope().isAlive();
  }

  /** Returns whether the gradient covers a whole range of that length. */
  public boolean covers(int length) {
    return from == 0 && count == length;
  }
}
