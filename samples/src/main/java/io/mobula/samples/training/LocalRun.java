package io.mobula.samples.training;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A training on the caller's thread, without a server: an update a step. For one thread. */
public final class LocalRun implements TrainingRun {
  private final IntFunction<double[]> learner;
  private final Supplier<Judgement> judge;
  private long updates;

  /**
   * Stands before the first step.
   *
   * @param learner makes so many more steps, and gives the loss of each
   * @param judge judges the parameters as they are
   */
  public LocalRun(IntFunction<double[]> learner, Supplier<Judgement> judge) {
    this.learner = learner;
    this.judge = judge;
  }

  @Override
  public double[] learn(int steps) {
    updates += steps;
    return learner.apply(steps);
  }

  @Override
  public Judgement judge() {
    return judge.get();
  }

  @Override
  public long updates() {
    return updates;
  }

  /** Does nothing: it has only memory. */
  @Override
  public void close() {}
}
