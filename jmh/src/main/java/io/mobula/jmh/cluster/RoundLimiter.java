package io.mobula.jmh.cluster;

import java.io.PrintStream;
import java.time.Duration;

/**
 * Limit of a table's rounds where each round starts processes. No round begins after a minute and a
 * half, so that a busy machine gives fewer numbers rather than none. For one thread.
 */
final class RoundLimiter {
  private static final Duration MAX_DURATION = Duration.ofSeconds(90);

  private final String table;
  private final int rounds;
  private final PrintStream progress;
  private final long start = System.nanoTime();
  private int begun;

  RoundLimiter(String table, int rounds, PrintStream progress) {
    this.table = table;
    this.rounds = rounds;
    this.progress = progress;
  }

  /** Begins another round if there is to be one, and returns whether it has begun. */
  boolean tryBeginRound() {
    boolean late = begun > 0 && System.nanoTime() - start > MAX_DURATION.toNanos();
    if (late && begun < rounds) {
      progress.printf(
          "bench: %s: %d of %d rounds in %d s have to do%n",
          table, begun, rounds, MAX_DURATION.toSeconds());
    }
    if (late || begun == rounds) {
      return false;
    }
    begun++;
    return true;
  }

  /** Prints the outcome of the round. */
  void reportRound(String what) {
    progress.printf("bench: %s, round %d of %d: %s%n", table, begun, rounds, what);
  }

  /** Returns the number of the current round, from 1. */
  int round() {
    return begun;
  }
}
