package io.mobula.error;

/** Lack of nodes with room for the requested copies of a value. Nothing of the value is kept. */
public final class TooFewCopiesException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public TooFewCopiesException(String message) {
    super(message, null);
  }
}
