package io.mobula.internal.task;

import java.time.Duration;

/** Backoff between two attempts of a task: doubles with each attempt, up to a minute. */
final class RetryBackoff {
  static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

  private static final int MAX_DOUBLINGS = 20;

  private RetryBackoff() {}

  /**
   * Returns the pause after a failed attempt.
   *
   * @param first the pause after the first attempt
   * @param attempt the number of the failed attempt, from 1
   */
  static Duration after(Duration first, int attempt) {
    if (first.compareTo(MAX_BACKOFF) > 0) {
      return MAX_BACKOFF;
    }
    var wanted = first.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
    return wanted.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : wanted;
  }
}
