package io.mobula.jmh.cluster;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Wait for a condition that sends no notification, by polling. */
final class PollingWait {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration OFTEN = Duration.ofNanos(500_000);

  private PollingWait() {}

  /** Condition that is polled. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Polls every half millisecond, for at most half a minute.
   *
   * @param what description of the condition, for the error
   */
  static void pollUntil(String what, Condition condition) throws Exception {
    pollUntil(what, OFTEN, condition);
  }

  /** Polls with a given pause, for at most half a minute. */
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
