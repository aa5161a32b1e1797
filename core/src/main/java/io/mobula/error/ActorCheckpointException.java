package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure to save or restore an actor's state, or loss of the saved result of a call whose effect
 * is in a checkpoint.
 */
public final class ActorCheckpointException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ActorCheckpointException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public ActorCheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
