package io.mobula.ps.optimizer;

import java.io.Serializable;
import java.util.OptionalDouble;

/**
 * Optimizer that applies gradients to weights. Must be pure: everything that it remembers of
 * earlier updates is in the state vectors it is given, so one instance serves many tables, shards
 * and threads. {@link Optimizers} has the well-known ones; for another, implement this as a record.
 *
 * <p>State vectors are as long as the weights and start as zeros. An update treats each weight
 * separately, so updating a vector block by block, with the same {@link OptimizerStep}, equals
 * updating it as a whole. The arrays given to an update never alias.
 *
 * <p>If a method throws, the update changes nothing, and its request fails with
 * {@link io.mobula.ps.error.TableException}. For that, the weights and state that an update touches
 * are copied before it, unless the optimizer is one of {@link Optimizers}.
 *
 * <p>Gradients are not checked here: an infinite number or NaN permanently corrupts its weight and
 * state. In floats the same holds for numbers beyond 1e19 where squares are kept.
 */
public interface Optimizer extends Serializable {

  /**
   * Returns how many state vectors (velocity, moments) there are per vector of weights; 0 if none.
   */
  int stateVectors();

  /**
   * Applies a gradient in place: {@code weights[i]} and {@code state[s][i]} belong to
   * {@code gradient[i]}, for {@code i} from 0 to {@code count}. Must not change anything else.
   *
   * <p>All arrays use one index, because C2 does not vectorize loops over arrays that might alias
   * at an offset. Callers with numbers elsewhere copy blocks that fit the first-level cache, at
   * little cost.
   *
   * @param step number and rate of the update; the same for all blocks of one gradient
   */
  void update(OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count);

  /**
   * Applies a gradient of doubles in place; see {@link #update(OptimizerStep, float[], float[][],
   * float[], int)}.
   */
  void update(OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count);

  /**
   * Returns {@code r} if an update is nothing but {@code weights[i] -= r * gradient[i]}; else
   * empty. Such an update is applied in place, without blocks.
   */
  default OptionalDouble plainDescentRate(OptimizerStep step) {
    return OptionalDouble.empty();
  }

  /**
   * Returns the learning rate that the schedule gives an update, for creating its
   * {@link OptimizerStep}.
   *
   * @param step 1 for the first update
   */
  double rateAt(long step);
}
