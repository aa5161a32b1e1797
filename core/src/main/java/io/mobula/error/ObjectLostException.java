package io.mobula.error;

import org.jspecify.annotations.Nullable;

/** The last copy of a value is gone and it cannot be made again. */
public final class ObjectLostException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public ObjectLostException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public ObjectLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
