package io.mobula.contract;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Assertion that a condition becomes true within a limit that only a hang reaches; polls often. */
public final class PollingAssert {
  private static final Duration BOUND = Duration.ofMinutes(1);
  private static final long PAUSE_MILLIS = 5;

  private PollingAssert() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @throws AssertionError when it does not within a minute
   * @throws InterruptedException when the thread is interrupted, as a cancelled task's is
   */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(() -> "Waited in vain until " + what, condition);
  }

  /** Returns as soon as the condition holds; the message is created only on failure. */
  public static void until(Callable<String> complaint, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(complaint.call());
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /** Returns as soon as {@code actual} returns {@code wanted}. */
  public static <T> void untilEqual(T wanted, Callable<T> actual) throws Exception {
    until(() -> "Wanted " + wanted + ", had " + actual.call(), () -> wanted.equals(actual.call()));
  }

  /**
   * Returns as soon as the condition holds, without blocking, so that interrupts have no effect.
   */
  public static void spinUntil(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Waited in vain until " + what);
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Runs the garbage collector until the condition holds, with a pause after each collection: the
   * JVM's reference handler thread needs the lock that a collection holds, and gets it late or
   * never from a thread that collects without a pause.
   */
  public static void untilCollected(String what, Callable<Boolean> condition) throws Exception {
    until(what, () -> {
      System.gc();
      return condition.call();
    });
  }
}
