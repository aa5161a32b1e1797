package io.mobula.ps.optimizer;

import java.util.OptionalDouble;

/**
 * Stochastic gradient descent (Robbins and Monro, <em>A Stochastic Approximation Method</em>,
 * 1951): {@code w -= rate * g}. Keeps no state.
 *
 * @param rate the learning rate
 * @param weightDecay how much of each weight is added to its gradient (L2); 0 for none
 */
public record Sgd(LearningRate rate, double weightDecay) implements Optimizer {
  /** Refuses a negative weight decay. */
  public Sgd {
    HyperparameterChecks.requireNotNegative("weightDecay", weightDecay);
  }

  /** Returns this optimizer with a learning rate schedule. */
  public Sgd schedule(LearningRateSchedule schedule) {
    return new Sgd(rate.schedule(schedule), weightDecay);
  }

  /** Returns this optimizer with this much of each weight added to its gradient. */
  public Sgd weightDecay(double factor) {
    return new Sgd(rate, factor);
  }

  @Override
  public int stateVectors() {
    return 0;
  }

  @Override
  public OptionalDouble plainDescentRate(OptimizerStep step) {
    return weightDecay == 0 ? OptionalDouble.of(step.rate()) : OptionalDouble.empty();
  }

  @Override
  public double rateAt(long step) {
    return rate.at(step);
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float rate = (float) step.rate();
    float decay = (float) weightDecay;
    for (int i = 0; i < count; i++) {
      float w = weights[i];
      weights[i] = w - rate * (gradient[i] + decay * w);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double rate = step.rate();
    double decay = weightDecay;
    for (int i = 0; i < count; i++) {
      double w = weights[i];
      weights[i] = w - rate * (gradient[i] + decay * w);
    }
  }
}
