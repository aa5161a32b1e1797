package io.mobula.error;

/** The runtime is closed, or closing. */
public final class RuntimeClosedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public RuntimeClosedException(String message) {
    super(message, null);
  }
}
