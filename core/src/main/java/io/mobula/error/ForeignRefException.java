package io.mobula.error;

/**
 * Use of an {@code ObjectRef} or handle of one runtime with another runtime that cannot reach it.
 */
public final class ForeignRefException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ForeignRefException(String message) {
    super(message, null);
  }
}
