package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** Loss of the last copy of a value that cannot be reconstructed. */
public final class ObjectLostException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ObjectLostException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public ObjectLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
