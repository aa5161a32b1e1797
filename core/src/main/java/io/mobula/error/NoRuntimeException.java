package io.mobula.error;

/** A call on the {@code Mobula} facade found no runtime to use, or more than one. */
public final class NoRuntimeException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public NoRuntimeException(String message) {
    super(message, null);
  }
}
