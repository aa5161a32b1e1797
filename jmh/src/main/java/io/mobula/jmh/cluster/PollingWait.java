package io.mobula.jmh.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for conditions that nobody tells of, looking every so often. */
final class PollingWait {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration OFTEN = Duration.ofNanos(500_000);

  private PollingWait() {}

  /** What may hold. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Looks every half millisecond, for half a minute at most.
   *
   * @param what for the error: what was waited for
   */
  static void pollUntil(String what, Condition condition) throws Exception {
    pollUntil(what, OFTEN, condition);
  }

  /** As {@link #pollUntil(String, Condition)}, with another time between two looks. */
  static void pollUntil(String what, Duration between, Condition condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new TimeoutException("Waited " + LIMIT + " until " + what);
      }
      TimeUnit.NANOSECONDS.sleep(between.toNanos());
    }
  }
}
