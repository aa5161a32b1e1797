package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * How weights are pulled towards 0. Plain descent cannot tell the two kinds apart; Adam, which
 * divides gradients by their size, can.
 *
 * @param factor how much of each weight; 0 for none
 * @param decoupled whether it is taken from the weight, times the rate, rather than added to the
 *     gradient
 */
public record WeightDecay(double factor, boolean decoupled) implements Serializable {
  /** Refuses a factor below 0. */
  public WeightDecay {
    HyperparameterChecks.requireNotNegative("weightDecay", factor);
  }

  /** The same kind with another factor. */
  public WeightDecay factor(double other) {
    return new WeightDecay(other, decoupled);
  }

  /** How much of a weight is added to its gradient. */
  double coupledFactor() {
    return decoupled ? 0 : factor;
  }

  /** How much of a weight is taken from it by an update with that rate. */
  double decoupledFactor(double rate) {
    return decoupled ? rate * factor : 0;
  }
}
