package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * How the gradients of all workers of one step become one, in a bulk synchronous table. Pure, and
 * the same for all blocks of a step; {@link #mean()} unless something else is said. Implement it as
 * a record for a median, for example, that a few workers with wrong gradients cannot move far (Yin
 * et al., <em>Byzantine-Robust Distributed Learning</em>, ICML 2018).
 *
 * <p>Where it throws, its step stays open: whoever waits for that step is told with
 * {@link io.mobula.ps.error.TableException}, and each later push, pull and end of a step tries it
 * again.
 */
public interface Aggregator extends Serializable {

  /**
   * Makes one gradient of several; what a worker has pushed in a step is one of them, summed.
   *
   * @param gradients by worker, in the order of the ranks of those that have pushed; numbers from
   *     {@code count} on are of no meaning
   * @param workers how many workers have a share in the step, those that have not pushed included
   * @param into where {@code count} numbers go
   */
  void aggregate(float[][] gradients, int workers, int count, float[] into);

  /** The same in doubles. */
  void aggregate(double[][] gradients, int workers, int count, double[] into);

  /** The mean, in which a worker that has not pushed counts as zeros. */
  static Aggregator mean() {
    return MeanAggregator.MEAN;
  }

  /** Whether it is {@link #mean()}, which shards compute in one pass with the update. */
  default boolean isMean() {
    return false;
  }
}
