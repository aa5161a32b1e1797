package io.mobula.samples.training;

/**
 * One training under way, as its driver sees it. Between two stretches of steps nothing moves. For
 * one thread.
 */
public interface TrainingRun extends AutoCloseable {
  /**
   * Makes so many more steps.
   *
   * @return for each the mean loss of its examples before it, in nats
   */
  double[] learn(int steps);

  /** Judges the parameters as they are. */
  EvaluationResult evaluate();

  /** How often parameters were changed. */
  long updates();

  /** Ends what was started for it. */
  @Override
  void close();
}
