package io.mobula.ps.optimizer;

import java.io.Serializable;
import java.util.Objects;

/**
 * Learning rate with its schedule over the updates.
 *
 * @param base rate that the schedule's factors multiply
 * @param schedule factors by update
 */
public record LearningRate(double base, LearningRateSchedule schedule) implements Serializable {
  /** Refuses a base that is not above 0. */
  public LearningRate {
    HyperparameterChecks.requireAboveZero("rate", base);
    Objects.requireNonNull(schedule, "schedule");
  }

  /** Returns a constant learning rate. */
  public static LearningRate of(double base) {
    return new LearningRate(base, LearningRateSchedule.constant());
  }

  /** Returns the same base rate with another schedule. */
  public LearningRate schedule(LearningRateSchedule other) {
    return new LearningRate(base, other);
  }

  /**
   * Returns the rate of an update.
   *
   * @param step 1 for the first update
   */
  public double at(long step) {
    HyperparameterChecks.requireAtLeastOne("step", step);
    return base * schedule.factorAt(step);
  }
}
