package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Failure to write or read a checkpoint: no space, a missing file, truncated or altered data, or a
 * checkpoint of another table. Earlier checkpoints are untouched.
 */
public final class CheckpointException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
