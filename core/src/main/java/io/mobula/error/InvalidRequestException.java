package io.mobula.error;

/**
 * Option, resource or argument that cannot be valid: negative, not a number, out of range, or not
 * available yet.
 */
public final class InvalidRequestException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public InvalidRequestException(String message) {
    super(message, null);
  }
}
