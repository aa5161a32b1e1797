package io.mobula.internal.store;

import java.util.concurrent.TimeUnit;

/**
 * When a full store has the garbage collector run: refs and views that nobody reaches any more keep
 * their memory until it does. A waiter has it run when it begins to wait, then after growing
 * pauses, for what is forgotten while it waits, and before it gives up. All who wait share one run,
 * and the pauses are several times as long as a run takes. Any thread; the caller's runs it.
 */
final class GarbageCollectionTrigger {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PAUSE_PER_COST = 4;

  private final Runnable alongside;
  private long begun =
      System.nanoTime() - LONGEST_PAUSE_NANOS; // this and the next under the monitor
  private long cost;

  /**
   * Has run nothing yet.
   *
   * @param alongside runs before each run here, to have other processes do the same; quick
   */
  GarbageCollectionTrigger(Runnable alongside) {
    this.alongside = alongside;
  }

  /**
   * The runs that one who waits for room asks for. For its thread.
   *
   * @param expectsRoom whether others are about to give some back: then the first run is put off
   */
  WaiterSchedule forOneWaiter(boolean expectsRoom) {
    return new WaiterSchedule(System.nanoTime() + (expectsRoom ? PUT_OFF_NANOS : 0));
  }

  /** When the collector runs for one thread that waits for room. */
  final class WaiterSchedule {
    private long due;
    private long pause = FIRST_PAUSE_NANOS;
    private boolean gaveUp;

    WaiterSchedule(long first) {
      due = first;
    }

    /** Runs it if it is time. */
    void runIfDue() {
      long now = System.nanoTime();
      if (now - due >= 0) {
        long took = runUnlessSince(due);
        due = System.nanoTime() + Math.max(pause, PAUSE_PER_COST * took);
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
        gaveUp = false;
      }
    }

    /** Runs it before the waiter gives up; false if that has been done, with nothing since. */
    boolean runBeforeGivingUp() {
      boolean first = !gaveUp;
      gaveUp = true;
      if (first) {
        runUnlessSince(System.nanoTime());
      }
      return first;
    }
  }

  /** Unless a run has begun since; says what the last one took. */
  private synchronized long runUnlessSince(long moment) {
    if (begun - moment < 0) {
      begun = System.nanoTime();
      alongside.run();
      System.gc();
      cost = System.nanoTime() - begun;
    }
    return cost;
  }
}
