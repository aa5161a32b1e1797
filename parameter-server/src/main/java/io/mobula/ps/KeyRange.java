package io.mobula.ps;

import io.mobula.ps.error.KeyException;

/**
 * Some of the parameters of a dense table, one after the other.
 *
 * @param from the first
 * @param to one past the last
 */
public record KeyRange(long from, long to) {
  /** Refuses what is empty or begins below 0. */
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

  /** Refuses parameters that a table of so many has not. */
  void requireWithin(long size) {
    if (to > size) {
      throw new KeyException(
          "Wanted parameters " + from + " to " + to + " (exclusive) of " + size + ".", null);
    }
  }

  /** How many there are. */
  public long length() {
    return to - from;
  }
}
