package io.mobula.ps;

import io.mobula.ps.error.KeyException;

/**
 * Contiguous range of parameters of a dense table.
 *
 * @param from the first parameter
 * @param to one past the last parameter
 */
public record KeyRange(long from, long to) {
  /** Refuses empty ranges and negative starts. */
  public KeyRange {
    if (from < 0 || to <= from) {
      throw new KeyException(
          "Wanted parameters " + from + " to " + to
              + " (exclusive): a range begins at 0 or above and has one at least.",
          null);
    }
  }

  static KeyRange whole(long size) {
    return new KeyRange(0, size);
  }

  /** Refuses a range that exceeds a table of that size. */
  void requireWithin(long size) {
    if (to > size) {
      throw new KeyException(
          "Wanted parameters " + from + " to " + to + " (exclusive) of " + size + ".", null);
    }
  }

  /** Returns the number of parameters in the range. */
  public long length() {
    return to - from;
  }
}
