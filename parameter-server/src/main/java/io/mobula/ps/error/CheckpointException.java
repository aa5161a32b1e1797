package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that cannot be written or read: no room, no such file, cut off, altered, or of
 * another table. What was there before is as it was.
 */
public final class CheckpointException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
