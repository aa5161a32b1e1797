package io.mobula.error;

/**
 * Request that no node can ever satisfy. The message has the requested resources and those of the
 * nodes.
 */
public final class UnschedulableException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public UnschedulableException(String message) {
    super(message, null);
  }
}
