package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * A JVM that this one was to run cannot be started, or does not stay up. The message has its exit
 * code and the last lines that it wrote.
 */
public final class ProcessException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ProcessException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public ProcessException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
