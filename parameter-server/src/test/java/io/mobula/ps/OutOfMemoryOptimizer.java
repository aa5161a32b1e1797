package io.mobula.ps;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plain descent with any number of state vectors, whose next updates throw an
 * {@link OutOfMemoryError}.
 *
 * @param name name of the test, which sets the number of failures
 */
record OutOfMemoryOptimizer(String name, int stateVectors) implements Optimizer {
  private static final ConcurrentMap<String, AtomicInteger> FAULTS = new ConcurrentHashMap<>();

  private static AtomicInteger faults(String name) {
    return FAULTS.computeIfAbsent(name, absent -> new AtomicInteger());
  }

  /** Sets how many of the next updates fail. */
  void failNext(int updates) {
    faults(name).set(updates);
  }

  @Override
  public double rateAt(long step) {
    if (faults(name).getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new OutOfMemoryError("no memory, says " + name);
    }
    return 1;
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      weights[i] -= gradient[i];
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      weights[i] -= gradient[i];
    }
  }
}
