package io.mobula.internal.task;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/**
 * History of a task's attempts that were lost with their process: how many, and a description of
 * the latest. Not thread-safe.
 */
final class LostAttempts {
  private static final int MAX_REPORTED = 16;

  private final Deque<Attempt> latest = new ArrayDeque<>();
  private int count;

  /**
   * One attempt that was lost.
   *
   * @param number counts from one
   * @param node the node that ran it, as text
   * @param nanos how long it had run, or waited there to run
   * @param endedAt when it ended, by {@link System#nanoTime()}
   * @param how how its process ended
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
    if (latest.size() > MAX_REPORTED) {
      latest.removeFirst();
    }
  }

  int count() {
    return count;
  }

  /** Describes all attempts, or the last {@value #MAX_REPORTED}, oldest first. */
  String describe() {
    long now = System.nanoTime();
    return latest.stream().map(each -> each.describe(now)).collect(Collectors.joining("; "));
  }
}
