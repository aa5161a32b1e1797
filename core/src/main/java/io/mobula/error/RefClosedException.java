package io.mobula.error;

/** An {@code ObjectRef} was used after it had been given back with {@code close}. */
public final class RefClosedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public RefClosedException(String message) {
    super(message, null);
  }
}
