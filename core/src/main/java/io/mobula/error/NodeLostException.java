package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** The node that ran the work is gone and the work may not be tried again. */
public final class NodeLostException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public NodeLostException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public NodeLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
