package io.mobula.samples.training;

import java.io.IOException;

/** Begins trainings of one model on one set of examples, all from the same first parameters. */
public interface TrainingRunFactory {
  /** How many steps it takes to have learned from every example once. */
  long stepsPerEpoch();

  /** Begins a training by workers that wait for each other like that. */
  TrainingRun begin(SyncMode mode);

  /**
   * Begins the training that all others are held against: on one thread, without any server.
   *
   * @throws IOException when the examples cannot be read
   */
  TrainingRun baseline() throws IOException;
}
