package io.mobula.error;

/**
 * Conflict of an actor's name: a living actor has the name, or no living actor has the name that
 * was looked up.
 */
public final class ActorNameException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ActorNameException(String message) {
    super(message, null);
  }
}
