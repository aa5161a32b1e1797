package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Lack of heap memory in a shard's process or in the caller's. A table that was to be created is
 * not there; a push was not applied; all other data is unchanged.
 */
public final class HeapException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public HeapException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
