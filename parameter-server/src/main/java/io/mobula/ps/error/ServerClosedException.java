package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * The parameter server is no longer there: it was closed, its runtime was, or one of its shards
 * died.
 */
public final class ServerClosedException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ServerClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
