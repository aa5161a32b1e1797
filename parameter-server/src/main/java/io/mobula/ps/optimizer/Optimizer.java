package io.mobula.ps.optimizer;

import java.io.Serializable;
import java.util.OptionalDouble;

/**
 * What turns gradients into changes of weights. Pure: all it remembers of earlier updates is in the
 * state vectors that it is given, so one instance serves many tables, shards and threads.
 * {@link Optimizers} has those that are well known; for another, implement this as a record.
 *
 * <p>State vectors are as long as the weights and start as zeros. An update looks at each weight by
 * itself, so that updating a vector block by block, with the same {@link OptimizerStep}, is
 * updating it whole. The arrays given to an update never alias.
 *
 * <p>Gradients are taken as they come: one that is infinite or no number spoils its weight and its
 * state, for good. In floats that goes for one beyond 1e19 as well where squares are kept.
 */
public interface Optimizer extends Serializable {

  /** How many state vectors (velocity, moments) it keeps per vector of weights; 0 if none. */
  int stateVectors();

  /**
   * Applies a gradient, in place: {@code weights[i]} and {@code state[s][i]} belong to
   * {@code gradient[i]}, for {@code i} from 0 to {@code count}. Nothing else is touched.
   *
   * <p>One index for all arrays, as C2 vectorizes no loop over arrays that could be one array,
   * shifted. Whoever has numbers elsewhere copies blocks that fit the first cache, at little cost.
   *
   * @param step which update this is; the same for all blocks of one gradient
   */
  void update(OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count);

  /** The same in doubles. */
  void update(OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count);

  /**
   * If an update is nothing but {@code weights[i] -= r * gradient[i]}, that {@code r}; else empty.
   * It is then applied where the numbers lie, without blocks.
   */
  default OptionalDouble descent(OptimizerStep step) {
    return OptionalDouble.empty();
  }

  /**
   * The learning rate that the schedule gives an update, for whoever makes its
   * {@link OptimizerStep}.
   *
   * @param step 1 for the first update
   */
  double rateAt(long step);
}
