package io.mobula.error;

/**
 * Lack of room in the object store, even after freeing all values that are no longer referenced.
 */
public final class StoreFullException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public StoreFullException(String message) {
    super(message, null);
  }
}
