package io.mobula.internal.actor;

import java.util.Map;
import java.util.TreeMap;

/**
 * The calls of one process to one actor as they come in: lets them on in the order of their
 * numbers, whatever order the lanes brought them in. Safe for all threads.
 */
final class InboundCallSequencer {
  private final Map<Long, Runnable> early = new TreeMap<>();
  private long stream;
  private long next = 1;

  /** Whether calls have come that wait for one before them. */
  synchronized boolean hasGap() {
    return !early.isEmpty();
  }

  /**
   * A call has come. What waits is bounded, as its sender bounds what is unanswered.
   *
   * @param stream the route that numbers the calls; a later one begins anew
   * @param number from one
   * @param action lets it on
   */
  synchronized void accept(long stream, long number, Runnable action) {
    if (stream != this.stream) {
      this.stream = stream;
      next = 1;
      early.clear();
    }
    if (number != next) {
      early.put(number, action);
      return;
    }
    action.run();
    next++;
    for (var waiting = early.remove(next); waiting != null; waiting = early.remove(next)) {
      waiting.run();
      next++;
    }
  }
}
