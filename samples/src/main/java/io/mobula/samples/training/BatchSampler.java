package io.mobula.samples.training;

/**
 * Sampler of batches: a pure function of step and worker, used by every kind of training. The
 * workers of a step use neighbouring parts of one endless sequence, in which each epoch has every
 * example once, in another order; so the examples of a step do not depend on how many workers share
 * it.
 *
 * @param workers number of workers that share a step
 * @param size number of examples of each worker's batch
 * @param examples number of examples
 * @param seed determines the order in each epoch
 */
public record BatchSampler(int workers, int size, int examples, long seed) {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** Refuses numbers below 1; any seed is allowed. */
  public BatchSampler {
    if (workers < 1 || size < 1 || examples < 1) {
      throw new IllegalArgumentException("Wanted " + workers + " workers with " + size + " of "
          + examples + " examples each: every number must be at least 1.");
    }
  }

  /**
   * Returns the rows of the examples of one worker in one step, both counted from zero. A batch has
   * no example twice unless it crosses from one epoch to the next.
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

  /** Returns the number of steps that use every example once. */
  public long stepsPerEpoch() {
    return Math.ceilDiv(examples, (long) workers * size);
  }
}
