package io.mobula.samples.training;

/** Actor that trains on the examples of one rank. */
public interface TrainingActor {
  /**
   * Returns the number of finished steps. Once this call is answered, the actor has joined its
   * table.
   */
  long steps();

  /**
   * Runs {@code steps} further steps. When this call is answered, the shards have received all
   * pushed gradients.
   *
   * @return the mean loss of each step's batch before the step, in nats
   */
  double[] learn(int steps);

  /** Leaves the table after all pushed gradients are applied. */
  void leave();
}
