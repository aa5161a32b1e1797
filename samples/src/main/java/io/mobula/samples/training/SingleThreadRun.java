package io.mobula.samples.training;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A training on the caller's thread, without a server: an update a step. For one thread. */
public final class SingleThreadRun implements TrainingRun {
  private final IntFunction<double[]> learner;
  private final Supplier<EvaluationResult> judge;
  private long updates;

  /**
   * Stands before the first step.
   *
   * @param learner makes so many more steps, and gives the loss of each
   * @param judge judges the parameters as they are
   */
  public SingleThreadRun(IntFunction<double[]> learner, Supplier<EvaluationResult> judge) {
    this.learner = learner;
    this.judge = judge;
  }

  @Override
  public double[] learn(int steps) {
    updates += steps;
    return learner.apply(steps);
  }

  @Override
  public EvaluationResult evaluate() {
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
