package io.mobula.internal.task;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/**
 * The attempts of a task that ended with their process: how many there were, and the last of them
 * for people. For one thread at a time.
 */
final class LostAttempts {
  private static final int MOST_TOLD = 16;

  private final Deque<Attempt> latest = new ArrayDeque<>();
  private int count;

  /**
   * One of them.
   *
   * @param number from one
   * @param node where it ran, for people
   * @param nanos how long it had run, or waited there to run
   * @param endedAt by {@link System#nanoTime()}
   * @param how its process ended
   */
  private record Attempt(int number, String node, long nanos, long endedAt, String how) {
    String describe(long now) {
      return "attempt " + number + " was lost with " + node + " after " + text(nanos) + ", "
          + text(now - endedAt) + " ago (" + how + ")";
    }

    private static String text(long nanos) {
      return Duration.ofNanos(nanos).toMillis() + " ms";
    }
  }

  void add(int number, String node, long begunAt, String how) {
    long now = System.nanoTime();
    count++;
    latest.addLast(new Attempt(number, node, now - begunAt, now, how));
    if (latest.size() > MOST_TOLD) {
      latest.removeFirst();
    }
  }

  int count() {
    return count;
  }

  /** All of them, or the last {@value #MOST_TOLD}, the oldest first. */
  String describe() {
    long now = System.nanoTime();
    return latest.stream().map(each -> each.describe(now)).collect(Collectors.joining("; "));
  }
}
