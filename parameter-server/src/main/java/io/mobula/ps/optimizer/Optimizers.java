package io.mobula.ps.optimizer;

/**
 * Factories of the well-known optimizers, with the settings of their authors or of PyTorch. The
 * optimizers have methods for all other settings:
 *
 * <pre>{@code
 * Optimizers.adam(1e-3).beta2(0.98)
 *     .schedule(LearningRateSchedule.cosine(10_000, 0.1).warmUp(500))
 * }</pre>
 */
public final class Optimizers {
  private static final double SMALL = 1e-8;

  private Optimizers() {}

  /** Returns plain stochastic gradient descent. */
  public static Sgd sgd(double rate) {
    return new Sgd(LearningRate.of(rate), 0);
  }

  /** Returns descent with Polyak's momentum; 0.9 is usual. */
  public static Momentum momentum(double rate, double momentum) {
    return new Momentum(LearningRate.of(rate), momentum, false, 0);
  }

  /** Returns descent with Nesterov's momentum; 0.9 is usual. */
  public static Momentum nesterov(double rate, double momentum) {
    return new Momentum(LearningRate.of(rate), momentum, true, 0);
  }

  /** Returns AdaGrad with an epsilon of 1e-10 and sums of squares that start from 0. */
  public static AdaGrad adagrad(double rate) {
    return new AdaGrad(LearningRate.of(rate), 1e-10, 0, 0);
  }

  /** Returns RMSProp with a decay of 0.9 and an epsilon of 1e-8. */
  public static RmsProp rmsProp(double rate) {
    return new RmsProp(LearningRate.of(rate), 0.9, SMALL, 0);
  }

  /** Returns Adam with betas of 0.9 and 0.999 and an epsilon of 1e-8. */
  public static Adam adam(double rate) {
    return new Adam(LearningRate.of(rate), 0.9, 0.999, SMALL, new WeightDecay(0, false));
  }

  /** Returns Adam with decoupled weight decay; the other settings are those of {@link #adam}. */
  public static Adam adamW(double rate, double weightDecay) {
    return new Adam(LearningRate.of(rate), 0.9, 0.999, SMALL, new WeightDecay(weightDecay, true));
  }

  /** Returns FTRL-Proximal; 0.1, 1, 1, 1 are usual first values. */
  public static Ftrl ftrl(double alpha, double beta, double l1, double l2) {
    return new Ftrl(alpha, beta, l1, l2);
  }
}
