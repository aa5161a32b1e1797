package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * The worker is no longer one of the table's: another has taken its rank, or it did not say for too
 * long that it had ended a step while others waited for it. It may join again.
 */
public final class WorkerEvictedException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public WorkerEvictedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
