package io.mobula.error;

/**
 * An option, resource or argument cannot be right: negative, not a number, absurd, or not available
 * yet.
 */
public final class InvalidRequestException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public InvalidRequestException(String message) {
    super(message, null);
  }
}
