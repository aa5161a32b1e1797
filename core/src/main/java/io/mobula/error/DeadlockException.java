package io.mobula.error;

/**
 * An actor waits for a result that only it can give: a {@code get} on itself, or a cycle of them.
 */
public final class DeadlockException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public DeadlockException(String message) {
    super(message, null);
  }
}
