package io.mobula.ps.optimizer;

/**
 * RMSProp optimizer, which divides a gradient by the root of a moving average of its squares
 * (Tieleman and Hinton, <em>Lecture 6.5</em> of <em>Neural Networks for Machine Learning</em>,
 * 2012): {@code n = decay * n + (1 - decay) * g * g}, then {@code w -= rate * g / (sqrt(n) +
 * epsilon)}.
 *
 * <p>It keeps one state vector, the averages of squares. They start from 0 without bias correction,
 * so the first step has a length of {@code 1 / sqrt(1 - decay)} rates.
 *
 * @param rate the learning rate
 * @param decay decay of the average of squares, from 0 to below 1
 * @param epsilon addend that prevents a division by zero
 * @param weightDecay how much of each weight is added to its gradient (L2); 0 for none
 */
public record RmsProp(LearningRate rate, double decay, double epsilon, double weightDecay)
    implements Optimizer {
  /**
   * Refuses a decay outside its bounds, an epsilon that is not above 0, and a negative weight
   * decay.
   */
  public RmsProp {
    HyperparameterChecks.requireBelowOne("decay", decay);
    HyperparameterChecks.requireAboveZero("epsilon", epsilon);
    HyperparameterChecks.requireNotNegative("weightDecay", weightDecay);
  }

  /** Returns this optimizer with a learning rate schedule. */
  public RmsProp schedule(LearningRateSchedule schedule) {
    return new RmsProp(rate.schedule(schedule), decay, epsilon, weightDecay);
  }

  /** Returns this optimizer with another decay of the average of squares. */
  public RmsProp decay(double kept) {
    return new RmsProp(rate, kept, epsilon, weightDecay);
  }

  /** Returns this optimizer with another epsilon. */
  public RmsProp epsilon(double addend) {
    return new RmsProp(rate, decay, addend, weightDecay);
  }

  /** Returns this optimizer with this much of each weight added to its gradient. */
  public RmsProp weightDecay(double factor) {
    return new RmsProp(rate, decay, epsilon, factor);
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
   * Updates weights of type float. The average moves by a fraction of the difference, which is more
   * accurate in floats than a sum of two products.
   */
  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float rate = (float) step.rate();
    float taken = (float) (1 - decay);
    float addend = (float) epsilon;
    float weightDecay = (float) this.weightDecay;
    float[] means = state[0];
    for (int i = 0; i < count; i++) {
      float w = weights[i];
      float g = gradient[i] + weightDecay * w;
      float mean = means[i] + taken * (g * g - means[i]);
      means[i] = mean;
      weights[i] = w - rate * g / ((float) Math.sqrt(mean) + addend);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double rate = step.rate();
    double taken = 1 - decay;
    double addend = epsilon;
    double weightDecay = this.weightDecay;
    double[] means = state[0];
    for (int i = 0; i < count; i++) {
      double w = weights[i];
      double g = gradient[i] + weightDecay * w;
      double mean = means[i] + taken * (g * g - means[i]);
      means[i] = mean;
      weights[i] = w - rate * g / (Math.sqrt(mean) + addend);
    }
  }
}
