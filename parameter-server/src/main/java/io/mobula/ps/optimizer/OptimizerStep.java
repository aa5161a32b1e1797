package io.mobula.ps.optimizer;

/**
 * Which update of some weights this is, and how far it goes.
 *
 * @param number 1 for the first update of these weights; what Adam corrects its bias by
 * @param rate the learning rate of this update; at 0 weights stay where they are
 */
public record OptimizerStep(long number, double rate) {
  /** Refuses numbers below 1, and rates below 0 or not finite. */
  public OptimizerStep {
    HyperparameterChecks.requireAtLeastOne("number", number);
    HyperparameterChecks.requireNotNegative("rate", rate);
  }
}
