package io.mobula.error;

/**
 * Deadlock of actors: an actor waits for a result that depends on the actor itself, by a
 * {@code get} on itself or by a cycle over several actors.
 */
public final class DeadlockException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public DeadlockException(String message) {
    super(message, null);
  }
}
