package io.mobula.samples.training;

/**
 * Running training, as its driver sees it. Between two calls of {@link #learn} no worker runs. For
 * one thread.
 */
public interface TrainingRun extends AutoCloseable {
  /**
   * Runs {@code steps} further steps.
   *
   * @return for each step the mean loss of its examples before the step, in nats
   */
  double[] learn(int steps);

  /** Evaluates the current parameters. */
  EvaluationResult evaluate();

  /** Returns how often the parameters were updated. */
  long updates();

  /** Ends the workers and servers of this run. */
  @Override
  void close();
}
