package io.mobula.ps.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Numbers to be applied to a stretch of a shard's range.
 *
 * @param numbers in the table's element type
 * @param from the index in the range that the first belongs to
 * @param count how many
 * @param scale what each is multiplied by
 */
public record Gradient(MemorySegment numbers, int from, int count, double scale) {
  /** Whether it can be read: its worker may have died since. */
  public boolean isReadable() {
    return numbers.scope().isAlive();
  }

  /** Whether it is for all of a range. */
  public boolean covers(int length) {
    return from == 0 && count == length;
  }
}
