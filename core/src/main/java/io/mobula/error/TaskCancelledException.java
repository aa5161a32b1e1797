package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** Cancellation of a task before it had a result, by its caller or because its node closed. */
public final class TaskCancelledException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public TaskCancelledException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public TaskCancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
