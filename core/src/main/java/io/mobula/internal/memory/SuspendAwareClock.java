package io.mobula.internal.memory;

import java.util.concurrent.TimeUnit;

/**
 * A clock that goes on only while this process runs. Whoever measures the silence of another
 * process by it does not take its own stand-still, a stop signal or a host that was suspended, for
 * the other's.
 *
 * <p>One thread ticks; between two ticks at most a second passes, however far apart they are. Any
 * thread may read. Starts where {@link System#nanoTime()} is.
 */
public final class SuspendAwareClock {
  /** The most that passes between two ticks. */
  static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private volatile ClockTick last;

  /**
   * What a tick found.
   *
   * @param at the moment, on the clock of {@link System#nanoTime()}
   * @param nanos what this clock showed
   * @param freeRunning whether it goes as that clock from then on
   */
  private record ClockTick(long at, long nanos, boolean freeRunning) {}

  /** Begins at a moment of {@link System#nanoTime()}. */
  public SuspendAwareClock(long now) {
    last = new ClockTick(now, now, false);
  }

  /** The process runs at this moment. By one thread. */
  public void tick(long now) {
    var before = last;
    if (!before.freeRunning()) {
      last = new ClockTick(now, nanos(now), false);
    }
  }

  /** Nobody will tick any more: goes as {@link System#nanoTime()} does from then on. */
  public void runFree(long now) {
    last = new ClockTick(now, nanos(now), true);
  }

  /** What it shows at a moment of {@link System#nanoTime()}. */
  public long nanos(long now) {
    var before = last;
    long passed = Math.max(0, now - before.at());
    return before.nanos() + (before.freeRunning() ? passed : Math.min(passed, MOST_NANOS));
  }

  /** What it shows now. */
  public long nanos() {
    return nanos(System.nanoTime());
  }
}
