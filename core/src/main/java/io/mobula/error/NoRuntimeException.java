package io.mobula.error;

/** Call of a static method of {@code Mobula} that found no runtime to use, or more than one. */
public final class NoRuntimeException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public NoRuntimeException(String message) {
    super(message, null);
  }
}
