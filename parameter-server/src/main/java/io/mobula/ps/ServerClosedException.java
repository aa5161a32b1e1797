package io.mobula.ps;

import org.jspecify.annotations.Nullable;

/**
 * The parameter server is no longer there: it was closed, its runtime was, or one of its shards
 * died.
 */
public final class ServerClosedException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  ServerClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
