package io.mobula.error;

/**
 * No node can ever satisfy what a task or actor asks for. The message names what was asked and what
 * there is.
 */
public final class UnschedulableException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public UnschedulableException(String message) {
    super(message, null);
  }
}
