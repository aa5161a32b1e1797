package io.mobula.samples.training;

import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Training run on the caller's thread without a server; each step is one update. For one thread.
 */
public final class SingleThreadRun implements TrainingRun {
  private final IntFunction<double[]> learner;
  private final Supplier<EvaluationResult> judge;
  private long updates;

  /**
   * Creates a run before its first step.
   *
   * @param learner runs the given number of further steps, and returns the loss of each
   * @param judge evaluates the current parameters
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

  /** Does nothing, as the run has no resources besides memory. */
  @Override
  public void close() {}
}
