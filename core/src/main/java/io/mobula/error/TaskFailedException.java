package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * A task or an actor method threw. The cause is what it threw, with the stack of the place where it
 * ran.
 */
public final class TaskFailedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public TaskFailedException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public TaskFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
