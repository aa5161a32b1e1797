package io.mobula.internal.actor;

import io.mobula.error.ActorDiedException;
import io.mobula.internal.store.ObjectFailure;

/** Why a call fails that has certainly not been run: its caller may make it again elsewhere. */
final class UnstartedCallFailure {
  private UnstartedCallFailure() {}

  /** The end of an actor, as a call of it says that was not run. */
  static ObjectFailure of(String call, ObjectFailure why) {
    return why.is(ActorDiedException.class)
        ? ObjectFailure.reworded(
            why,
            told -> new ActorDiedException(
                told.getMessage() + " Call " + call + " has not been run.", told.getCause()))
        : why;
  }
}
