package io.mobula.internal.memory;

import java.util.concurrent.TimeUnit;

/**
 * Thread that proves that its process runs: four times a second it increments the
 * {@linkplain StoreLivenessProbe#progress progress word} of a store and ticks a
 * {@link SuspendAwareClock}. It does nothing else and depends on no other thread, so that a process
 * whose threads all wait for a processor still shows that it is not stopped.
 */
public final class ProgressThread implements AutoCloseable {
  private static final long BETWEEN_TICKS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final long STOOD_STILL_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final SharedStore store;
  private final SuspendAwareClock clock = new SuspendAwareClock(System.nanoTime());
  private final StoreThread thread;
  private volatile Runnable onAwake = () -> {};
  private boolean closed;

  private ProgressThread(SharedStore store) {
    this.store = store;
    this.thread = StoreThread.start("mobula-progress", this::run);
  }

  /** Starts the thread for this store, which must not be closed before the thread. */
  public static ProgressThread start(SharedStore store) {
    return new ProgressThread(store);
  }

  /** Returns a clock that advances only while this process runs. */
  public SuspendAwareClock clock() {
    return clock;
  }

  /**
   * Sets an action that runs in this thread whenever the process was stopped for three seconds or
   * longer.
   */
  public void onResumed(Runnable then) {
    onAwake = then;
  }

  private synchronized void run() {
    try {
      for (long last = System.nanoTime(); !closed; ) {
        long now = System.nanoTime();
        store.raiseProgress();
        clock.tick(now);
        if (now - last > STOOD_STILL_NANOS) {
          onAwake.run();
        }
        last = now;
        TimeUnit.NANOSECONDS.timedWait(this, BETWEEN_TICKS_NANOS);
      }
    } catch (InterruptedException interrupted) {
      closed = true;
    }
    clock.runFree(System.nanoTime());
  }

  /** Ends the thread and waits for it. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.join();
  }
}
