package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Sets of keys as arrays: in ascending order, each once. Pure. */
final class SortedKeys {
  private SortedKeys() {}

  /**
   * The set of what comes, in any order. Boxes none of them, as a stream's {@code distinct} would.
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

  /** Where each key of a set is in a set that has them all. */
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
