package io.mobula.internal.call;

import io.mobula.error.StoreFullException;

/**
 * Exception for a call that has not run because the store of its process has no memory for its
 * arguments. It is not an exception of user code: the reader of the result gets a
 * {@link StoreFullException}.
 */
public final class ArgumentsNotFetchedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final StoreFullException full;

  ArgumentsNotFetchedException(StoreFullException full) {
    super(full.getMessage(), full);
    this.full = full;
  }

  /** Returns the refusal of the store. */
  public StoreFullException refusal() {
    return full;
  }

  /** Converts this to the exception for readers of the result. */
  public StoreFullException toException(String call) {
    return new StoreFullException(call + " has not run. " + full.getMessage());
  }
}
