package io.mobula.internal.memory;

import java.util.concurrent.TimeUnit;

/**
 * Clock that advances only while this process runs. A process that measures the silence of another
 * one by this clock does not mistake its own suspension (a stop signal, or a suspended host) for
 * silence of the other.
 *
 * <p>One thread ticks. Between two ticks at most one second passes on this clock, however far apart
 * they are. Any thread may read. The clock starts at {@link System#nanoTime()}.
 */
public final class SuspendAwareClock {
  /** Maximum time that passes between two ticks. */
  static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(1);

  private volatile ClockTick last;

  /**
   * State of the clock at its last tick.
   *
   * @param at the time of the tick, on the clock of {@link System#nanoTime()}
   * @param nanos the time that this clock showed
   * @param freeRunning whether this clock follows {@link System#nanoTime()} from then on
   */
  private record ClockTick(long at, long nanos, boolean freeRunning) {}

  /** Starts the clock at a moment of {@link System#nanoTime()}. */
  public SuspendAwareClock(long now) {
    last = new ClockTick(now, now, false);
  }

  /** Notes that the process runs at this moment; called by one thread. */
  public void tick(long now) {
    var before = last;
    if (!before.freeRunning()) {
      last = new ClockTick(now, nanos(now), false);
    }
  }

  /**
   * Lets the clock follow {@link System#nanoTime()} from then on, as no thread will tick any more.
   */
  public void runFree(long now) {
    last = new ClockTick(now, nanos(now), true);
  }

  /** Returns the time that this clock shows at a moment of {@link System#nanoTime()}. */
  public long nanos(long now) {
    var before = last;
    long passed = Math.max(0, now - before.at());
    return before.nanos() + (before.freeRunning() ? passed : Math.min(passed, MAX_NANOS));
  }

  /** Returns the time that this clock shows now. */
  public long nanos() {
    return nanos(System.nanoTime());
  }
}
