package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Table that cannot be created or used as requested: a name that is taken, or more shards than
 * parameters.
 */
public final class TableException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public TableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
