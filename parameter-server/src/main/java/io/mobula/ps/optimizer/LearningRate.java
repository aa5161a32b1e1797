package io.mobula.ps.optimizer;

import java.io.Serializable;
import java.util.Objects;

/**
 * A learning rate and how it changes over the updates.
 *
 * @param base what the schedule's factors multiply
 * @param schedule how it changes
 */
public record LearningRate(double base, LearningRateSchedule schedule) implements Serializable {
  /** Refuses a base that is not above 0. */
  public LearningRate {
    HyperparameterChecks.requireAboveZero("rate", base);
    Objects.requireNonNull(schedule, "schedule");
  }

  /** One that stays as it is. */
  public static LearningRate of(double base) {
    return new LearningRate(base, LearningRateSchedule.constant());
  }

  /** The same base with another schedule. */
  public LearningRate schedule(LearningRateSchedule other) {
    return new LearningRate(base, other);
  }

  /**
   * The rate of an update.
   *
   * @param step 1 for the first update
   */
  public double at(long step) {
    HyperparameterChecks.requireAtLeastOne("step", step);
    return base * schedule.factorAt(step);
  }
}
