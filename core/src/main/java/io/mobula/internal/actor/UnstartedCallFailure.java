package io.mobula.internal.actor;

import io.mobula.error.ActorDiedException;
import io.mobula.internal.store.ObjectFailure;

/**
 * Factory of the failure of a call that has certainly not run, so that its caller may repeat it.
 */
final class UnstartedCallFailure {
  private UnstartedCallFailure() {}

  /** Returns the failure of an actor, reworded for a call that has not run. */
  static ObjectFailure of(String call, ObjectFailure why) {
    return why.is(ActorDiedException.class)
        ? ObjectFailure.reworded(
            why,
            told -> new ActorDiedException(
                told.getMessage() + " Call " + call + " has not been run.", told.getCause()))
        : why;
  }
}
