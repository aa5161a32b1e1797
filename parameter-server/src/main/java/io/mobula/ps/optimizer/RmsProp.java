package io.mobula.ps.optimizer;

/**
 * RMSProp, which divides a gradient by the root of a fading mean of its squares (Tieleman and
 * Hinton, <em>Lecture 6.5</em> of <em>Neural Networks for Machine Learning</em>, 2012): {@code n =
 * decay * n + (1 - decay) * g * g}, then {@code w -= rate * g / (sqrt(n) + epsilon)}.
 *
 * <p>One state vector, the means of squares. They start from 0 and are not corrected for it, so the
 * first step is {@code 1 / sqrt(1 - decay)} rates long.
 *
 * @param rate the learning rate
 * @param decay how much of its mean a weight keeps, from 0 to below 1
 * @param epsilon what keeps the division sane where all gradients were 0
 * @param weightDecay how much of each weight is added to its gradient (L2); 0 for none
 */
public record RmsProp(LearningRate rate, double decay, double epsilon, double weightDecay)
    implements Optimizer {
  /** Refuses a mean that takes nothing in, an epsilon that is not above 0, a decay below 0. */
  public RmsProp {
    HyperparameterChecks.requireBelowOne("decay", decay);
    HyperparameterChecks.requireAboveZero("epsilon", epsilon);
    HyperparameterChecks.requireNotNegative("weightDecay", weightDecay);
  }

  /** The same with a rate that changes. */
  public RmsProp schedule(LearningRateSchedule schedule) {
    return new RmsProp(rate.schedule(schedule), decay, epsilon, weightDecay);
  }

  /** The same with means that keep this much of themselves. */
  public RmsProp decay(double kept) {
    return new RmsProp(rate, kept, epsilon, weightDecay);
  }

  /** The same with another addend to the root. */
  public RmsProp epsilon(double addend) {
    return new RmsProp(rate, decay, addend, weightDecay);
  }

  /** The same with this much of each weight added to its gradient. */
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

  /** The mean as a step towards the square: with floats, closer than a sum of two products. */
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
