package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * Schedule of a learning rate: a factor for each update, which multiplies the base rate. Must be
 * pure; a custom schedule may be a lambda. The schedules created here start at 1, except for
 * warm-ups.
 */
@FunctionalInterface
public interface LearningRateSchedule extends Serializable {

  /**
   * Returns the factor of an update; 0 or above.
   *
   * @param step 1 for the first update
   */
  double factorAt(long step);

  /** Returns the constant schedule of 1. */
  static LearningRateSchedule constant() {
    return new LearningRateSchedules.Constant();
  }

  /**
   * Returns a schedule that is multiplied by {@code factor} after every {@code every} updates.
   *
   * @param every how many updates have the same factor
   * @param factor from 0 to 1
   */
  static LearningRateSchedule stepDecay(long every, double factor) {
    return new LearningRateSchedules.StepDecay(every, factor);
  }

  /**
   * Returns a schedule that is multiplied by the same number after each update.
   *
   * @param decayPerStep from 0 to 1; 0.9999 halves the rate about every 6931 updates
   */
  static LearningRateSchedule exponential(double decayPerStep) {
    return new LearningRateSchedules.Exponential(decayPerStep);
  }

  /**
   * Returns a schedule that falls from 1 to a floor in half a cosine wave and stays there
   * (Loshchilov and Hutter, <em>SGDR: Stochastic Gradient Descent with Warm Restarts</em>, ICLR
   * 2017; without restarts).
   *
   * @param steps number of updates until the floor is reached
   * @param floor from 0 to 1
   */
  static LearningRateSchedule cosine(long steps, double floor) {
    return new LearningRateSchedules.Cosine(steps, floor);
  }

  /**
   * Returns a schedule that rises linearly to 1 at update {@code warmUpSteps}, then falls with the
   * inverse square root of the update's number (Vaswani et al., <em>Attention Is All You Need</em>,
   * NIPS 2017, scaled to a peak of 1).
   *
   * @param warmUpSteps number of updates until the peak; 1 for no warm-up
   */
  static LearningRateSchedule inverseSquareRoot(long warmUpSteps) {
    return new LearningRateSchedules.InverseSquareRoot(warmUpSteps);
  }

  /**
   * Returns this schedule with its first factors multiplied by {@code step / steps} (Goyal et al.,
   * <em>Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour</em>, 2017). The warm-up does
   * not delay the schedule: a cosine over 1000 updates still ends at 1000.
   *
   * @param steps number of updates of the warm-up; the last has the schedule's own factor
   */
  default LearningRateSchedule warmUp(long steps) {
    return new LearningRateSchedules.WarmUp(this, steps);
  }
}
