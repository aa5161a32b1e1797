package io.mobula.error;

/** An {@code ObjectRef} or handle of one runtime was given to another that cannot reach it. */
public final class ForeignRefException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ForeignRefException(String message) {
    super(message, null);
  }
}
