package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Call of a dead actor: the actor was killed or drained, failed more often than it may restart, or
 * lost its node.
 */
public final class ActorDiedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ActorDiedException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public ActorDiedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
