package io.mobula.jmh.cluster;

import java.io.PrintStream;
import java.time.Duration;

/**
 * Counts the rounds of a table whose rounds start processes: as many as are wanted, but none is
 * begun after a minute and a half, so that a busy machine gives fewer numbers and not none. For one
 * thread.
 */
final class RoundLimiter {
  private static final Duration MOST = Duration.ofSeconds(90);

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

  /** Whether there is to be another round, which begins then. */
  boolean tryBeginRound() {
    boolean late = begun > 0 && System.nanoTime() - start > MOST.toNanos();
    if (late && begun < rounds) {
      progress.printf(
          "bench: %s: %d of %d rounds in %d s have to do%n",
          table, begun, rounds, MOST.toSeconds());
    }
    if (late || begun == rounds) {
      return false;
    }
    begun++;
    return true;
  }

  /** Says what the round has brought. */
  void reportRound(String what) {
    progress.printf("bench: %s, round %d of %d: %s%n", table, begun, rounds, what);
  }

  /** Which round it is, from one. */
  int round() {
    return begun;
  }
}
