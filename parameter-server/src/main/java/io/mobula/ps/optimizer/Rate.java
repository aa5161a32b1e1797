package io.mobula.ps.optimizer;

import java.io.Serializable;
import java.util.Objects;

/**
 * A learning rate and how it changes over the updates.
 *
 * @param base what the schedule's factors multiply
 * @param schedule how it changes
 */
public record Rate(double base, Schedule schedule) implements Serializable {
  /** Refuses a base that is not above 0. */
  public Rate {
    Require.aboveZero("rate", base);
    Objects.requireNonNull(schedule, "schedule");
  }

  /** One that stays as it is. */
  public static Rate of(double base) {
    return new Rate(base, Schedule.constant());
  }

  /** The same base with another schedule. */
  public Rate schedule(Schedule other) {
    return new Rate(base, other);
  }

  /**
   * The rate of an update.
   *
   * @param step 1 for the first update
   */
  public double at(long step) {
    Require.atLeastOne("step", step);
    return base * schedule.factorAt(step);
  }
}
