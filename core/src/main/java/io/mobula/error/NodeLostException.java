package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** Loss of the node that ran the work, which may not be retried. */
public final class NodeLostException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public NodeLostException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public NodeLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
