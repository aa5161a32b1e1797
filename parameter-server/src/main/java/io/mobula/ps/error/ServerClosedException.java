package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Use of a parameter server that is no longer there: it was closed, its runtime was closed, or one
 * of its shards died without a replica or a checkpoint.
 */
public final class ServerClosedException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public ServerClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
