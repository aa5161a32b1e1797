package io.mobula.ps.optimizer;

/**
 * Gradient descent with momentum: {@code v = momentum * v + g}, then {@code w -= rate * v} (Polyak,
 * <em>Some Methods of Speeding up the Convergence of Iteration Methods</em>, 1964), or with
 * Nesterov's look-ahead {@code w -= rate * (g + momentum * v)}.
 *
 * <p>As in PyTorch, the rate is not part of the velocity, so that a change of the rate takes effect
 * at once. With a constant rate, the Nesterov variant is the method of Sutskever et al., <em>On the
 * Importance of Initialization and Momentum in Deep Learning</em>, ICML 2013, expressed in the
 * points at which gradients are taken.
 *
 * <p>It keeps one state vector, the velocity.
 *
 * @param rate the learning rate
 * @param momentum how much of its velocity a weight keeps, from 0 to below 1
 * @param nesterov whether a step looks ahead
 * @param weightDecay how much of each weight is added to its gradient (L2); 0 for none
 */
public record Momentum(LearningRate rate, double momentum, boolean nesterov, double weightDecay)
    implements Optimizer {
  /** Refuses a momentum outside its bounds, and a negative decay. */
  public Momentum {
    HyperparameterChecks.requireBelowOne("momentum", momentum);
    HyperparameterChecks.requireNotNegative("weightDecay", weightDecay);
  }

  /** Returns this optimizer with a learning rate schedule. */
  public Momentum schedule(LearningRateSchedule schedule) {
    return new Momentum(rate.schedule(schedule), momentum, nesterov, weightDecay);
  }

  /** Returns this optimizer with this much of each weight added to its gradient. */
  public Momentum weightDecay(double factor) {
    return new Momentum(rate, momentum, nesterov, factor);
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
   * Updates weights of type float, both variants in one loop: Polyak's has a factor of 0 for the
   * gradient.
   */
  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float kept = (float) momentum;
    float decay = (float) weightDecay;
    float gradientRate = (float) (nesterov ? step.rate() : 0);
    float velocityRate = (float) (nesterov ? step.rate() * momentum : step.rate());
    float[] velocity = state[0];
    for (int i = 0; i < count; i++) {
      float w = weights[i];
      float g = gradient[i] + decay * w;
      float v = kept * velocity[i] + g;
      velocity[i] = v;
      weights[i] = w - (gradientRate * g + velocityRate * v);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double kept = momentum;
    double decay = weightDecay;
    double gradientRate = nesterov ? step.rate() : 0;
    double velocityRate = nesterov ? step.rate() * momentum : step.rate();
    double[] velocity = state[0];
    for (int i = 0; i < count; i++) {
      double w = weights[i];
      double g = gradient[i] + decay * w;
      double v = kept * velocity[i] + g;
      velocity[i] = v;
      weights[i] = w - (gradientRate * g + velocityRate * v);
    }
  }
}
