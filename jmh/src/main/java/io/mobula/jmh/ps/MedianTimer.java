package io.mobula.jmh.ps;

import java.util.Arrays;

/** Timer that repeats an action and returns the median time. */
final class MedianTimer {
  /** Seconds of warm-up, in which the JVM compiles. */
  private static final double WARM_UP = 2;

  private static final int MIN_ROUNDS = 7;

  private MedianTimer() {}

  /** Action that is timed. */
  interface TimedAction {
    void run() throws Exception;
  }

  /**
   * Returns the median time of one run in nanoseconds, after a warm-up, over {@code seconds} and at
   * least 7 runs.
   */
  static double median(double seconds, TimedAction action) throws Exception {
    for (long end = after(Math.max(WARM_UP, seconds)); System.nanoTime() - end < 0; ) {
      action.run();
    }
    var times = new long[MIN_ROUNDS];
    int count = 0;
    for (long end = after(seconds); System.nanoTime() - end < 0 || count < MIN_ROUNDS; count++) {
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      long start = System.nanoTime();
      action.run();
      times[count] = System.nanoTime() - start;
    }
    Arrays.sort(times, 0, count);
    return times[count / 2];
  }

  private static long after(double seconds) {
    return System.nanoTime() + (long) (seconds * 1e9);
  }
}
