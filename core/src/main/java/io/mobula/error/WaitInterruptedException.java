package io.mobula.error;

/**
 * The calling thread was interrupted while it waited for a value; its interrupt status is set
 * again.
 */
public final class WaitInterruptedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public WaitInterruptedException(String message) {
    super(message, null);
  }
}
