package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** A task was cancelled before it gave a result, by its caller or because its node closed. */
public final class TaskCancelledException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public TaskCancelledException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public TaskCancelledException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
