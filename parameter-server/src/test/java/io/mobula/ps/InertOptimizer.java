package io.mobula.ps;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;

/** Optimizer of a test that changes no weight, as far as the test does not say otherwise. */
public interface InertOptimizer extends Optimizer {
  @Override
  default int stateVectors() {
    return 0;
  }

  @Override
  default double rateAt(long step) {
    return 1;
  }

  @Override
  default void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {}

  @Override
  default void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {}
}
