package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * The state of an actor cannot be saved or restored, or the result of a call whose effect is in a
 * checkpoint is no longer kept.
 */
public final class ActorCheckpointException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ActorCheckpointException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public ActorCheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
