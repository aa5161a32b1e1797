package io.mobula.ps.error;

import org.jspecify.annotations.Nullable;

/**
 * Eviction of a worker from a table: another worker took its rank, its node died, or it sent
 * nothing for {@code workerTimeout} while others waited for it. The worker may join again.
 */
public final class WorkerEvictedException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public WorkerEvictedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
