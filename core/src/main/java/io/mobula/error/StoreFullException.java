package io.mobula.error;

/** The object store has no room for a value, even after freeing whatever nobody holds any more. */
public final class StoreFullException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public StoreFullException(String message) {
    super(message, null);
  }
}
