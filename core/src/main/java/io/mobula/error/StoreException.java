package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure of the object store's files: they cannot be created, mapped or trusted, for lack of
 * permission, a full file system or a foreign layout.
 */
public final class StoreException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public StoreException(String message) {
    super(message, null);
  }

  /**
   * Creates the exception with a cause; the message says what was wanted, what was there and what
   * to do.
   */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
