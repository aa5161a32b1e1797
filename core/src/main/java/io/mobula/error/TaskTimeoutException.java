package io.mobula.error;

/** A task ran longer than its {@code timeout} or was not done at its {@code deadline}. */
public final class TaskTimeoutException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public TaskTimeoutException(String message) {
    super(message, null);
  }
}
