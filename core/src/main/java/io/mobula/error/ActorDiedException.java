package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * An actor is dead: killed, drained, failed more often than it may restart, or its node is gone.
 */
public final class ActorDiedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ActorDiedException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public ActorDiedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
