package io.mobula.internal.task;

import java.util.concurrent.TimeUnit;

/**
 * Depth to which tasks are sent ahead to one slot: as many as the slot does in some milliseconds,
 * so that it need not wait for the next. It is one at first and after a long task, and doubles
 * after each short one. Not thread-safe.
 */
final class SendAheadDepth {
  private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int PACE_WEIGHT = 8; // weight of the average against one task
  private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final int max;
  private int depth = 1;
  private long averageNanos;

  /** Makes a depth of one that grows up to this maximum. */
  SendAheadDepth(int max) {
    this.max = max;
  }

  /** Returns how many tasks the slot may have. */
  int tasks() {
    return depth;
  }

  /** Adjusts the depth to a task that has taken this long. */
  void ended(long nanos) {
    averageNanos += (nanos - averageNanos) / PACE_WEIGHT;
    if (nanos > LONG_NANOS) {
      depth = 1;
    } else {
      long wanted = Math.clamp(AHEAD_NANOS / Math.max(averageNanos, 1), 1, max);
      depth = (int) Math.min(wanted, 2L * depth);
    }
  }

  /** Makes the depth one again, as the slot's task takes long. */
  void reset() {
    depth = 1;
  }
}
