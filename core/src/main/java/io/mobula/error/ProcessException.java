package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure of a child JVM to start or to stay up. The message has its exit code and its last lines
 * of output.
 */
public final class ProcessException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ProcessException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public ProcessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
