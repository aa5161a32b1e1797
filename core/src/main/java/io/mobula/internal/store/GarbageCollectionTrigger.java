package io.mobula.internal.store;

import java.util.concurrent.TimeUnit;

/**
 * Trigger of garbage collections for a full store: unreachable refs and views keep their memory
 * until a collection. A thread that waits for memory triggers one when it starts to wait, then
 * after growing pauses, for what becomes unreachable meanwhile, and before it gives up. All waiting
 * threads share one collection, and the pauses are several times as long as a collection takes. Any
 * thread; the collection runs in the caller's.
 */
final class GarbageCollectionTrigger {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PUT_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PAUSE_PER_COST = 4;

  private final Runnable alongside;
  // this field and the next are guarded by the monitor
  private long begun = System.nanoTime() - MAX_PAUSE_NANOS;
  private long cost;

  /**
   * Creates a trigger that has not run yet.
   *
   * @param alongside runs before each collection here, to make other processes collect, too; must
   *     be quick
   */
  GarbageCollectionTrigger(Runnable alongside) {
    this.alongside = alongside;
  }

  /**
   * Creates the schedule of one thread that waits for memory, for that thread.
   *
   * @param expectsRoom whether others are about to free memory; then the first collection is
   *     delayed
   */
  WaiterSchedule forOneWaiter(boolean expectsRoom) {
    return new WaiterSchedule(System.nanoTime() + (expectsRoom ? PUT_OFF_NANOS : 0));
  }

  /** Schedule of the collections for one thread that waits for memory. */
  final class WaiterSchedule {
    private long due;
    private long pause = FIRST_PAUSE_NANOS;
    private boolean gaveUp;

    WaiterSchedule(long first) {
      due = first;
    }

    /** Runs a collection if its time has come. */
    void runIfDue() {
      long now = System.nanoTime();
      if (now - due >= 0) {
        long took = runUnlessSince(due);
        due = System.nanoTime() + Math.max(pause, PAUSE_PER_COST * took);
        pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
        gaveUp = false;
      }
    }

    /**
     * Runs a collection before the thread gives up. Returns false if that has been done and no
     * scheduled collection has run since.
     */
    boolean runBeforeGivingUp() {
      boolean first = !gaveUp;
      gaveUp = true;
      if (first) {
        runUnlessSince(System.nanoTime());
      }
      return first;
    }
  }

  /**
   * Runs a collection unless one has begun since that moment; returns the duration of the last one.
   */
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
