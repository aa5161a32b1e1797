package io.mobula.internal.actor;

import java.util.Map;
import java.util.TreeMap;

/**
 * Sequencer of the calls of one process to one actor: runs them in the order of their numbers, in
 * whatever order they arrived. Safe for all threads.
 */
final class InboundCallSequencer {
  private final Map<Long, Runnable> early = new TreeMap<>();
  private long stream;
  private long next = 1;

  /** Returns whether calls have arrived that wait for an earlier one. */
  synchronized boolean hasGap() {
    return !early.isEmpty();
  }

  /**
   * Accepts a call that has arrived. Waiting calls are bounded, as their sender bounds its
   * unanswered calls.
   *
   * @param stream the client that numbers the calls; a later client starts from one again
   * @param number the number of the call, from one
   * @param action runs when it is the call's turn
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
