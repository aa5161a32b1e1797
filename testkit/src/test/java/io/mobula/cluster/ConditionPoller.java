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

  static <T> T poll(Supplier<T> look, Predicate<T> wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    var seen = look.get();
    while (!wanted.test(seen) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      seen = look.get();
    }
    return seen;
  }
}
