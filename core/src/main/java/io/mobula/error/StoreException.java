package io.mobula.error;

import org.jspecify.annotations.Nullable;

/**
 * The object store's files cannot be made, mapped or trusted: no permission, a full file system, a
 * foreign layout.
 */
public final class StoreException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public StoreException(String message) {
    super(message, null);
  }

  /** As above, with what brought it about. */
  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
