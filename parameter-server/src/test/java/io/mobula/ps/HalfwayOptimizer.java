package io.mobula.ps;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Descent along a sum of all gradients (a momentum of 1). Once armed, it throws in its second call,
 * after it has changed half of the weights and the state of that call.
 *
 * @param name identifies the optimizer of one test
 */
record HalfwayOptimizer(String name) implements Optimizer {
  private static final ConcurrentMap<String, AtomicInteger> CALLS = new ConcurrentHashMap<>();

  void arm() {
    CALLS.put(name, new AtomicInteger());
  }

  void disarm() {
    CALLS.remove(name);
  }

  private boolean isAtFault() {
    var calls = CALLS.get(name);
    return calls != null && calls.incrementAndGet() % 2 == 0;
  }

  @Override
  public int stateVectors() {
    return 1;
  }

  @Override
  public double rateAt(long step) {
    return 1;
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    boolean fails = isAtFault();
    for (int i = 0; i < count; i++) {
      if (fails && i == count / 2) {
        throw new IllegalStateException("halfway");
      }
      state[0][i] += gradient[i];
      weights[i] -= state[0][i];
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    boolean fails = isAtFault();
    for (int i = 0; i < count; i++) {
      if (fails && i == count / 2) {
        throw new IllegalStateException("halfway");
      }
      state[0][i] += gradient[i];
      weights[i] -= state[0][i];
    }
  }
}
