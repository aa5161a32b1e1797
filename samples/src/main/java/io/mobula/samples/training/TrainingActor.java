package io.mobula.samples.training;

/** An actor that learns from the examples of one rank. */
public interface TrainingActor {
  /** How many steps it has made: once that is answered, it has joined its table. */
  long steps();

  /**
   * Makes so many more steps; when that is answered, shards have taken in all that it pushed.
   *
   * @return the mean loss of each step's batch before the step, in nats
   */
  double[] learn(int steps);

  /** Leaves the table, when all that was pushed is applied. */
  void leave();
}
