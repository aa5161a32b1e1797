package io.mobula.error;

/**
 * A value could not be kept on as many nodes as was asked for: there are not that many, or they
 * have no room. Nothing of it is kept.
 */
public final class TooFewCopiesException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public TooFewCopiesException(String message) {
    super(message, null);
  }
}
