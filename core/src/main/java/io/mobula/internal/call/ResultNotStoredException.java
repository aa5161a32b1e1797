package io.mobula.internal.call;

import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.StoreFullException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/**
 * A result that was returned but cannot be stored: no exception of the user's, so it is never
 * retried.
 */
public final class ResultNotStoredException extends Exception {
  private static final long serialVersionUID = 1L;

  private ResultNotStoredException(MobulaException cause) {
    super(cause.getMessage(), cause);
  }

  /** For a result of a wrong form. */
  public ResultNotStoredException(String message) {
    super(message);
  }

  /** Copies a result into the store, in the thread that made it. */
  public static ObjectContent storeResult(ObjectStore store, @Nullable Object value)
      throws ResultNotStoredException {
    try {
      return store.snapshot(value, Long.MAX_VALUE);
    } catch (MobulaException notStored) {
      throw new ResultNotStoredException(notStored);
    }
  }

  /** What the reader of the result is thrown: the same kind, naming who gave the result. */
  public MobulaException toException(String producer) {
    var message = "The result of " + producer + " cannot be kept. " + getMessage();
    return switch (getCause()) {
      case CodecException codec -> new CodecException(message, codec);
      case StoreFullException full -> new StoreFullException(message);
      case null, default -> new TaskFailedException(message, getCause());
    };
  }
}
