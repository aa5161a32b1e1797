package io.mobula.internal.directory;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Wait for a condition, with a time limit. */
final class BoundedWait {
  private BoundedWait() {}

  static void awaitTrue(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Not so within " + limit);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
