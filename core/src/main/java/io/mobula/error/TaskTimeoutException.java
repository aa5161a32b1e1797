package io.mobula.error;

/**
 * Timeout of a task: an attempt exceeded the task's {@code timeout}, or the result exceeded its
 * {@code totalTimeout}.
 */
public final class TaskTimeoutException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public TaskTimeoutException(String message) {
    super(message, null);
  }
}
