package io.mobula.ps.optimizer;

/**
 * Number and learning rate of one update of some weights.
 *
 * @param number 1 for the first update of these weights; Adam's bias correction depends on it
 * @param rate learning rate of this update; with 0 the weights do not change
 */
public record OptimizerStep(long number, double rate) {
  /** Refuses numbers below 1, and rates that are negative or not finite. */
  public OptimizerStep {
    HyperparameterChecks.requireAtLeastOne("number", number);
    HyperparameterChecks.requireNotNegative("rate", rate);
  }
}
