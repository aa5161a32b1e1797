package io.mobula.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Poller of a condition with a time limit. */
final class ConditionPoller {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private ConditionPoller() {}

  /**
   * Returns the first value that satisfies the condition.
   *
   * @param what what is awaited, for the message, for example "three nodes"
   * @throws AssertionError if no value does within the limit
   */
  static <T> T poll(String what, Supplier<T> look, Predicate<T> wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    var seen = look.get();
    while (!wanted.test(seen)) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "Did not come within " + LIMIT.toSeconds() + " s: " + what + "; last seen: " + seen);
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      seen = look.get();
    }
    return seen;
  }
}
