package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of what a parameter server throws by itself. Unchecked, and closed: an exhaustive
 * {@code switch} over it is possible.
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
