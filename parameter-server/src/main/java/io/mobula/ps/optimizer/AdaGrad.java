package io.mobula.ps.optimizer;

/**
 * AdaGrad optimizer, whose learning rate per weight falls with the sum of its squared gradients
 * (Duchi, Hazan and Singer, <em>Adaptive Subgradient Methods for Online Learning and Stochastic
 * Optimization</em>, JMLR 2011): {@code n += g * g}, then {@code w -= rate * g / (sqrt(n) +
 * epsilon)}. Suited to sparse gradients. The length of the first step is about the rate, whatever
 * the gradient's size.
 *
 * <p>It keeps one state vector, the sums of squares.
 *
 * @param rate the learning rate
 * @param epsilon addend that prevents a division by zero
 * @param initialSum initial value of the sums of squares; above 0 it shortens the first steps
 * @param weightDecay how much of each weight is added to its gradient (L2); 0 for none
 */
public record AdaGrad(LearningRate rate, double epsilon, double initialSum, double weightDecay)
    implements Optimizer {
  /** Refuses an epsilon that is not above 0, and negative values of the others. */
  public AdaGrad {
    HyperparameterChecks.requireAboveZero("epsilon", epsilon);
    HyperparameterChecks.requireNotNegative("initialSum", initialSum);
    HyperparameterChecks.requireNotNegative("weightDecay", weightDecay);
  }

  /** Returns this optimizer with a learning rate schedule. */
  public AdaGrad schedule(LearningRateSchedule schedule) {
    return new AdaGrad(rate.schedule(schedule), epsilon, initialSum, weightDecay);
  }

  /** Returns this optimizer with another epsilon. */
  public AdaGrad epsilon(double addend) {
    return new AdaGrad(rate, addend, initialSum, weightDecay);
  }

  /** Returns this optimizer with another initial value of the sums of squares. */
  public AdaGrad initialSum(double sum) {
    return new AdaGrad(rate, epsilon, sum, weightDecay);
  }

  /** Returns this optimizer with this much of each weight added to its gradient. */
  public AdaGrad weightDecay(double factor) {
    return new AdaGrad(rate, epsilon, initialSum, factor);
  }

  @Override
  public int stateVectors() {
    return 1;
  }

  @Override
  public double rateAt(long step) {
    return rate.at(step);
  }

  /**
   * Updates weights of type float. State starts as zeros, so the initial sum is not in it but added
   * each time.
   */
  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float rate = (float) step.rate();
    float addend = (float) epsilon;
    float initial = (float) initialSum;
    float decay = (float) weightDecay;
    float[] sums = state[0];
    for (int i = 0; i < count; i++) {
      float w = weights[i];
      float g = gradient[i] + decay * w;
      float sum = sums[i] + g * g;
      sums[i] = sum;
      weights[i] = w - rate * g / ((float) Math.sqrt(initial + sum) + addend);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double rate = step.rate();
    double addend = epsilon;
    double initial = initialSum;
    double decay = weightDecay;
    double[] sums = state[0];
    for (int i = 0; i < count; i++) {
      double w = weights[i];
      double g = gradient[i] + decay * w;
      double sum = sums[i] + g * g;
      sums[i] = sum;
      weights[i] = w - rate * g / (Math.sqrt(initial + sum) + addend);
    }
  }
}
