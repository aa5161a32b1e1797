package io.mobula.samples.training;

import java.io.IOException;

/**
 * Factory of runs that train one model on one set of examples, all from the same initial
 * parameters.
 */
public interface TrainingRunFactory {
  /** Returns the number of steps that use every example once. */
  long stepsPerEpoch();

  /** Starts a training with workers that synchronize in the given mode. */
  TrainingRun begin(SyncMode mode);

  /**
   * Starts the training with which all others are compared: on one thread, without a server.
   *
   * @throws IOException when the examples cannot be read
   */
  TrainingRun baseline() throws IOException;
}
