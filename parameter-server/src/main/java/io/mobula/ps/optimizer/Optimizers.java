package io.mobula.ps.optimizer;

/**
 * The optimizers that are well known, with the settings that their authors or PyTorch give them.
 * What else they can be told, each has a method for:
 *
 * <pre>{@code
 * Optimizers.adam(1e-3).beta2(0.98).schedule(Schedule.cosine(10_000, 0.1).warmUp(500))
 * }</pre>
 */
public final class Optimizers {
  private static final double SMALL = 1e-8;

  private Optimizers() {}

  /** Plain gradient descent. */
  public static Sgd sgd(double rate) {
    return new Sgd(LearningRate.of(rate), 0);
  }

  /** Descent with Polyak's momentum; 0.9 is usual. */
  public static Momentum momentum(double rate, double momentum) {
    return new Momentum(LearningRate.of(rate), momentum, false, 0);
  }

  /** Descent with Nesterov's momentum; 0.9 is usual. */
  public static Momentum nesterov(double rate, double momentum) {
    return new Momentum(LearningRate.of(rate), momentum, true, 0);
  }

  /** AdaGrad; epsilon is 1e-10 and sums of squares start from 0. */
  public static AdaGrad adagrad(double rate) {
    return new AdaGrad(LearningRate.of(rate), 1e-10, 0, 0);
  }

  /** RMSProp; its decay is 0.9 and epsilon 1e-8. */
  public static RmsProp rmsProp(double rate) {
    return new RmsProp(LearningRate.of(rate), 0.9, SMALL, 0);
  }

  /** Adam; its betas are 0.9 and 0.999, epsilon 1e-8. */
  public static Adam adam(double rate) {
    return new Adam(LearningRate.of(rate), 0.9, 0.999, SMALL, new WeightDecay(0, false));
  }

  /** Adam with decoupled weight decay; the rest as {@link #adam}. */
  public static Adam adamW(double rate, double weightDecay) {
    return new Adam(LearningRate.of(rate), 0.9, 0.999, SMALL, new WeightDecay(weightDecay, true));
  }

  /** FTRL-Proximal; 0.1, 1, 1, 1 are a start. */
  public static Ftrl ftrl(double alpha, double beta, double l1, double l2) {
    return new Ftrl(alpha, beta, l1, l2);
  }
}
