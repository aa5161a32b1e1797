package io.mobula.error;

/** Use of an {@code ObjectRef} after {@code close}. */
public final class RefClosedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public RefClosedException(String message) {
    super(message, null);
  }
}
