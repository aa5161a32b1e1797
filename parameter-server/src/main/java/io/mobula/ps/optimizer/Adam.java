package io.mobula.ps.optimizer;

import java.util.Objects;

/**
 * Adam, which moves along a fading mean of gradients, divided by the root of one of their squares
 * (Kingma and Ba, <em>Adam: A Method for Stochastic Optimization</em>, ICLR 2015):
 *
 * <pre>{@code
 * m = beta1 * m + (1 - beta1) * g
 * n = beta2 * n + (1 - beta2) * g * g
 * w -= rate * m / (1 - beta1^t) / (sqrt(n / (1 - beta2^t)) + epsilon)
 * }</pre>
 *
 * with {@code t} the step's number. With decoupled weight decay it is AdamW (Loshchilov and Hutter,
 * <em>Decoupled Weight Decay Regularization</em>, ICLR 2019), which takes {@code rate * factor * w}
 * from the weight besides.
 *
 * <p>Two state vectors, the means of gradients and of squares.
 *
 * @param rate the learning rate, which is about how far the first step goes
 * @param beta1 how much of its mean gradient a weight keeps, from 0 to below 1
 * @param beta2 how much of its mean square a weight keeps, from 0 to below 1
 * @param epsilon what keeps the division sane where all gradients were 0
 * @param weightDecay how weights are pulled towards 0
 */
public record Adam(
    LearningRate rate, double beta1, double beta2, double epsilon, WeightDecay weightDecay)
    implements Optimizer {
  /** Refuses means that take nothing in, and an epsilon that is not above 0. */
  public Adam {
    HyperparameterChecks.requireBelowOne("beta1", beta1);
    HyperparameterChecks.requireBelowOne("beta2", beta2);
    HyperparameterChecks.requireAboveZero("epsilon", epsilon);
    Objects.requireNonNull(weightDecay, "weightDecay");
  }

  /** The same with a rate that changes. */
  public Adam schedule(LearningRateSchedule schedule) {
    return new Adam(rate.schedule(schedule), beta1, beta2, epsilon, weightDecay);
  }

  /** The same with mean gradients that keep this much of themselves. */
  public Adam beta1(double kept) {
    return new Adam(rate, kept, beta2, epsilon, weightDecay);
  }

  /** The same with mean squares that keep this much of themselves. */
  public Adam beta2(double kept) {
    return new Adam(rate, beta1, kept, epsilon, weightDecay);
  }

  /** The same with another addend to the root. */
  public Adam epsilon(double addend) {
    return new Adam(rate, beta1, beta2, addend, weightDecay);
  }

  /** The same with another factor of weight decay; it stays as coupled or decoupled as it was. */
  public Adam weightDecay(double factor) {
    return new Adam(rate, beta1, beta2, epsilon, weightDecay.factor(factor));
  }

  @Override
  public int stateVectors() {
    return 2;
  }

  @Override
  public double rateAt(long step) {
    return rate.at(step);
  }

  /**
   * Both corrections of bias are in the rate. The square's is the root's as well, so epsilon has
   * it, too: the paper's step to the letter, with nothing to correct in the loop.
   */
  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float taken1 = (float) (1 - beta1);
    float taken2 = (float) (1 - beta2);
    double root = Math.sqrt(share(beta2, step));
    float rate = (float) (step.rate() * root / share(beta1, step));
    float addend = (float) (epsilon * root);
    float decay = (float) weightDecay.coupledFactor();
    float pull = (float) weightDecay.decoupledFactor(step.rate());
    float[] means = state[0];
    float[] squares = state[1];
    for (int i = 0; i < count; i++) {
      float w = weights[i];
      float g = gradient[i] + decay * w;
      float mean = means[i] + taken1 * (g - means[i]);
      float square = squares[i] + taken2 * (g * g - squares[i]);
      means[i] = mean;
      squares[i] = square;
      weights[i] = w - pull * w - rate * mean / ((float) Math.sqrt(square) + addend);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double taken1 = 1 - beta1;
    double taken2 = 1 - beta2;
    double root = Math.sqrt(share(beta2, step));
    double rate = step.rate() * root / share(beta1, step);
    double addend = epsilon * root;
    double decay = weightDecay.coupledFactor();
    double pull = weightDecay.decoupledFactor(step.rate());
    double[] means = state[0];
    double[] squares = state[1];
    for (int i = 0; i < count; i++) {
      double w = weights[i];
      double g = gradient[i] + decay * w;
      double mean = means[i] + taken1 * (g - means[i]);
      double square = squares[i] + taken2 * (g * g - squares[i]);
      means[i] = mean;
      squares[i] = square;
      weights[i] = w - pull * w - rate * mean / (Math.sqrt(square) + addend);
    }
  }

  /** How much of a mean that started from 0 has come from gradients. */
  private static double share(double beta, OptimizerStep step) {
    return 1 - Math.pow(beta, (double) step.number());
  }
}
