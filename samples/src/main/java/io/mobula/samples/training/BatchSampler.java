package io.mobula.samples.training;

/**
 * Who learns from which examples when: a pure function that every way of training asks. The workers
 * of a step take neighbouring stretches of one endless sequence, in which the examples come in
 * another order each epoch: each epoch has every example once, and how many workers share a step
 * changes nothing in what the step is made of.
 *
 * @param workers how many share a step
 * @param size how many examples each of them takes
 * @param examples how many there are
 * @param seed decides the orders
 */
public record BatchSampler(int workers, int size, int examples, long seed) {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** Refuses numbers below 1; any seed goes. */
  public BatchSampler {
    if (workers < 1 || size < 1 || examples < 1) {
      throw new IllegalArgumentException("Wanted " + workers + " workers with " + size + " of "
          + examples + " examples each: every number must be at least 1.");
    }
  }

  /**
   * The rows of the examples that a worker takes in a step, both counted from zero. One batch never
   * has an example twice unless it crosses from an epoch to the next.
   */
  public int[] batch(long step, int rank) {
    if (step < 0 || rank < 0 || rank >= workers) {
      throw new IllegalArgumentException(
          "There is no step " + step + " of worker " + rank + " among " + workers + ".");
    }
    long from = (step * workers + rank) * size;
    var rows = new int[size];
    for (int i = 0; i < size; i++) {
      rows[i] = row(from + i);
    }
    return rows;
  }

  private int row(long place) {
    long epoch = place / examples;
    return new Permutation(examples, seed + epoch * GOLDEN).at((int) (place % examples));
  }

  /** How many steps it takes to have learned from every example once. */
  public long stepsPerEpoch() {
    return Math.ceilDiv(examples, (long) workers * size);
  }
}
