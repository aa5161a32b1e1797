package io.mobula.ps.optimizer;

import java.io.Serializable;

/**
 * How a learning rate changes over the updates: a factor for each, which multiplies the base rate.
 * Pure; a schedule of one's own may be a lambda. Those made here start at 1, warm-ups aside.
 */
@FunctionalInterface
public interface LearningRateSchedule extends Serializable {

  /**
   * The factor of an update; 0 or above.
   *
   * @param step 1 for the first update
   */
  double factorAt(long step);

  /** Always 1. */
  static LearningRateSchedule constant() {
    return new LearningRateSchedules.Constant();
  }

  /**
   * Stairs: multiplied by {@code factor} after every so many updates.
   *
   * @param every how many updates have the same factor
   * @param factor from 0 to 1
   */
  static LearningRateSchedule stepDecay(long every, double factor) {
    return new LearningRateSchedules.StepDecay(every, factor);
  }

  /**
   * Multiplied by the same number after each update.
   *
   * @param decayPerStep from 0 to 1; 0.9999 halves the rate about every 6931 updates
   */
  static LearningRateSchedule exponential(double decayPerStep) {
    return new LearningRateSchedules.Exponential(decayPerStep);
  }

  /**
   * Half a cosine's wave from 1 down to a floor, and the floor from then on (Loshchilov and Hutter,
   * <em>SGDR: Stochastic Gradient Descent with Warm Restarts</em>, ICLR 2017; without restarts).
   *
   * @param steps how many updates the way down takes
   * @param floor from 0 to 1
   */
  static LearningRateSchedule cosine(long steps, double floor) {
    return new LearningRateSchedules.Cosine(steps, floor);
  }

  /**
   * Up in a line to 1 at update {@code warmUpSteps}, then down with the inverse square root of the
   * update's number (Vaswani et al., <em>Attention Is All You Need</em>, NIPS 2017, scaled to a
   * peak of 1).
   *
   * @param warmUpSteps how many updates the way up takes; 1 for none
   */
  static LearningRateSchedule inverseSquareRoot(long warmUpSteps) {
    return new LearningRateSchedules.InverseSquareRoot(warmUpSteps);
  }

  /**
   * This schedule with its first factors multiplied by {@code step / steps} (Goyal et al.,
   * <em>Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour</em>, 2017). The schedule's own
   * time runs meanwhile: a cosine over 1000 updates still ends at 1000.
   *
   * @param steps how many updates it takes to warm up; the last has the schedule's own factor
   */
  default LearningRateSchedule warmUp(long steps) {
    return new LearningRateSchedules.WarmUp(this, steps);
  }
}
