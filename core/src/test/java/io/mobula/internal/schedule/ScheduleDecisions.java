package io.mobula.internal.schedule;

import java.util.Arrays;
import java.util.Random;

/**
 * Decisions of one simulated history: drawn from a seed, or replayed from another history. They
 * determine everything in a history. 0 is always the simplest decision, so leaving decisions out
 * shortens a history. For one thread.
 */
public final class ScheduleDecisions {
  private final Random random;
  private final int[] given;
  private final boolean drawsMore;
  private int[] taken = new int[64];
  private int count;

  private ScheduleDecisions(Random random, int[] given, boolean drawsMore) {
    this.random = random;
    this.given = given;
    this.drawsMore = drawsMore;
  }

  /** Draws decisions from this seed. */
  public static ScheduleDecisions of(long seed) {
    return new ScheduleDecisions(new Random(seed), new int[0], true);
  }

  /** Replays these decisions, and decides 0 after them. */
  static ScheduleDecisions replay(int[] given) {
    return new ScheduleDecisions(new Random(0), given, false);
  }

  /** Returns one of 0 to {@code bound - 1}. */
  public int next(int bound) {
    int drawn = drawsMore ? random.nextInt(bound) : count < given.length ? given[count] : 0;
    int choice = Math.min(drawn, bound - 1);
    if (count == taken.length) {
      taken = Arrays.copyOf(taken, 2 * count);
    }
    taken[count++] = choice;
    return choice;
  }

  /** Returns true once in {@code times} decisions on average; false is the simpler decision. */
  public boolean oneIn(int times) {
    return next(times) == times - 1;
  }

  /** Returns all decisions taken so far. */
  int[] taken() {
    return Arrays.copyOf(taken, count);
  }
}
