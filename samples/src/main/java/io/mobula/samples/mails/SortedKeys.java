package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Sets of keys as arrays in ascending order without duplicates. Pure functions. */
final class SortedKeys {
  private SortedKeys() {}

  /**
   * Returns the distinct keys of a stream in ascending order, without boxing them as the stream's
   * {@code distinct} would.
   */
  static long[] sortedDistinct(LongStream keys) {
    long[] sorted = keys.sorted().toArray();
    int count = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, count);
  }

  /** Returns the position of each key of a set in a superset. */
  static int[] positions(long[] some, long[] all) {
    var places = new int[some.length];
    int place = 0;
    for (int i = 0; i < some.length; i++) {
      while (all[place] < some[i]) {
        place++;
      }
      places[i] = place;
    }
    return places;
  }
}
