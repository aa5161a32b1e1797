package io.mobula.error;

/** Use of a runtime that is closed, or closing. */
public final class RuntimeClosedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public RuntimeClosedException(String message) {
    super(message, null);
  }
}
