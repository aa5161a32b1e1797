package io.mobula.internal.schedule;

import java.util.Arrays;
import java.util.Random;

/**
 * The decisions of one simulated history: drawn from a seed, or those of another history again. All
 * that a history does follows from them, and 0 is always the plainest one; so a history is made
 * shorter by leaving decisions out. For one thread.
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

  /** Decisions that this seed draws. */
  public static ScheduleDecisions of(long seed) {
    return new ScheduleDecisions(new Random(seed), new int[0], true);
  }

  /** These decisions, and 0 after them. */
  static ScheduleDecisions replay(int[] given) {
    return new ScheduleDecisions(new Random(0), given, false);
  }

  /** One of 0 to {@code bound - 1}. */
  public int next(int bound) {
    int drawn = drawsMore ? random.nextInt(bound) : count < given.length ? given[count] : 0;
    int choice = Math.min(drawn, bound - 1);
    if (count == taken.length) {
      taken = Arrays.copyOf(taken, 2 * count);
    }
    taken[count++] = choice;
    return choice;
  }

  /** True once in so many times; false is the plainer. */
  public boolean oneIn(int times) {
    return next(times) == times - 1;
  }

  /** What has been decided so far. */
  int[] taken() {
    return Arrays.copyOf(taken, count);
  }
}
