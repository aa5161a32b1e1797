package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure of a task or an actor method that threw. The cause is its exception, with the stack of
 * the thread that ran it.
 */
public final class TaskFailedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public TaskFailedException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public TaskFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
