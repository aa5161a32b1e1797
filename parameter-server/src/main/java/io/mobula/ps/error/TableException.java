package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/** A table that cannot be made or found: a name that is taken, more shards than parameters. */
public final class TableException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public TableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
