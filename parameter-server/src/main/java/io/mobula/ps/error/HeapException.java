package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * The heap of a shard, or of the program, has no room for what was wanted. A table that was to be
 * made is not there; a push was not taken in; all other tables, and all that this one had, are as
 * they were.
 */
public final class HeapException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public HeapException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
