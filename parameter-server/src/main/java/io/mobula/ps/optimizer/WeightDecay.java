package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * Weight decay, which pulls weights towards 0. For plain descent the two kinds are the same; for
 * Adam, which divides gradients by their size, they differ.
 *
 * @param factor how much of each weight; 0 for none
 * @param decoupled whether the decay is subtracted from the weight, multiplied by the rate, rather
 *     than added to the gradient
 */
public record WeightDecay(double factor, boolean decoupled) implements Serializable {
  /** Refuses a negative decay factor. */
  public WeightDecay {
    HyperparameterChecks.requireNotNegative("weightDecay", factor);
  }

  /** Returns the same kind of decay with another factor. */
  public WeightDecay factor(double other) {
    return new WeightDecay(other, decoupled);
  }

  /** Returns how much of a weight is added to its gradient. */
  double coupledFactor() {
    return decoupled ? 0 : factor;
  }

  /** Returns how much of a weight is subtracted from it by an update with that rate. */
  double decoupledFactor(double rate) {
    return decoupled ? rate * factor : 0;
  }
}
