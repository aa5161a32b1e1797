package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of the exceptions of a parameter server. Unchecked and sealed, so that an exhaustive
 * {@code switch} is possible.
 */
public abstract sealed class ParameterServerException extends RuntimeException
    permits CheckpointException,
        GradientException,
        HeapException,
        KeyException,
        ServerClosedException,
        TableException,
        WorkerEvictedException {
  private static final long serialVersionUID = 1L;

  ParameterServerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
