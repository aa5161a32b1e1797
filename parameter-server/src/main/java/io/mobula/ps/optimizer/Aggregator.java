package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * Function that combines the gradients of all workers of one step, in a bulk synchronous table.
 * Must be pure, and the same for all blocks of a step; the default is {@link #mean()}. Implement it
 * as a record, for example for a median, which a few workers with wrong gradients cannot move far
 * (Yin et al., <em>Byzantine-Robust Distributed Learning</em>, ICML 2018).
 *
 * <p>If it throws, the step stays pending: requests that wait for it fail with
 * {@link io.mobula.ps.error.TableException}, and each later push, pull and end of a step tries it
 * again.
 */
public interface Aggregator extends Serializable {

  /**
   * Combines gradients into one; all pushes of a worker in the step are summed before.
   *
   * @param gradients by worker, in the order of the ranks of those that have pushed; numbers from
   *     {@code count} on are undefined
   * @param workers how many workers take part in the step, including those that have not pushed
   * @param into receives {@code count} numbers
   */
  void aggregate(float[][] gradients, int workers, int count, float[] into);

  /**
   * Combines gradients of doubles into one; see {@link #aggregate(float[][], int, int, float[])}.
   */
  void aggregate(double[][] gradients, int workers, int count, double[] into);

  /** Returns the mean, in which a worker that has not pushed counts as zeros. */
  static Aggregator mean() {
    return MeanAggregator.MEAN;
  }

  /** Returns whether this is {@link #mean()}, which shards compute in one pass with the update. */
  default boolean isMean() {
    return false;
  }
}
