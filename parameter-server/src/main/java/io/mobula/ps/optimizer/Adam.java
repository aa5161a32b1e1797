package io.mobula.ps.optimizer;

import java.util.Objects;

/**
 * Adam optimizer, which divides a moving average of the gradients by the root of a moving average
 * of their squares (Kingma and Ba, <em>Adam: A Method for Stochastic Optimization</em>, ICLR 2015):
 *
 * <pre>{@code
 * m = beta1 * m + (1 - beta1) * g
 * n = beta2 * n + (1 - beta2) * g * g
 * w -= rate * m / (1 - beta1^t) / (sqrt(n / (1 - beta2^t)) + epsilon)
 * }</pre>
 *
 * where {@code t} is the step's number. With decoupled weight decay it is AdamW (Loshchilov and
 * Hutter, <em>Decoupled Weight Decay Regularization</em>, ICLR 2019), which also subtracts
 * {@code rate * factor * w} from the weight.
 *
 * <p>It keeps two state vectors, the averages of gradients and of squares.
 *
 * @param rate the learning rate, which is about the length of the first step
 * @param beta1 decay of the average of gradients, from 0 to below 1
 * @param beta2 decay of the average of squares, from 0 to below 1
 * @param epsilon addend that prevents a division by zero
 * @param weightDecay how weights are pulled towards 0
 */
public record Adam(
    LearningRate rate, double beta1, double beta2, double epsilon, WeightDecay weightDecay)
    implements Optimizer {
  /** Refuses betas outside their bounds, and an epsilon that is not above 0. */
  public Adam {
    HyperparameterChecks.requireBelowOne("beta1", beta1);
    HyperparameterChecks.requireBelowOne("beta2", beta2);
    HyperparameterChecks.requireAboveZero("epsilon", epsilon);
    Objects.requireNonNull(weightDecay, "weightDecay");
  }

  /** Returns this optimizer with a learning rate schedule. */
  public Adam schedule(LearningRateSchedule schedule) {
    return new Adam(rate.schedule(schedule), beta1, beta2, epsilon, weightDecay);
  }

  /** Returns this optimizer with another decay of the average of gradients. */
  public Adam beta1(double kept) {
    return new Adam(rate, kept, beta2, epsilon, weightDecay);
  }

  /** Returns this optimizer with another decay of the average of squares. */
  public Adam beta2(double kept) {
    return new Adam(rate, beta1, kept, epsilon, weightDecay);
  }

  /** Returns this optimizer with another epsilon. */
  public Adam epsilon(double addend) {
    return new Adam(rate, beta1, beta2, addend, weightDecay);
  }

  /** Returns this optimizer with another factor of weight decay; the kind of the decay is kept. */
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
   * Updates weights of type float. Both bias corrections are folded into the rate, and that of the
   * squares into epsilon as well: the result is exactly the paper's step, with no correction in the
   * loop.
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

  /** Returns how much of an average that started from 0 comes from gradients. */
  private static double share(double beta, OptimizerStep step) {
    return 1 - Math.pow(beta, (double) step.number());
  }
}
