package io.mobula.error;

/**
 * Interruption of the calling thread while it waited for a value; its interrupt status is set
 * again.
 */
public final class WaitInterruptedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public WaitInterruptedException(String message) {
    super(message, null);
  }
}
