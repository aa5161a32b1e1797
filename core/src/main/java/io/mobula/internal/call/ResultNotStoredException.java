package io.mobula.internal.call;

import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.StoreFullException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import org.jspecify.annotations.Nullable;

/**
 * Exception for a result that was returned but cannot be stored. It is not an exception of user
 * code, so it never causes a retry.
 */
public final class ResultNotStoredException extends Exception {
  private static final long serialVersionUID = 1L;

  private ResultNotStoredException(MobulaException cause) {
    super(cause.getMessage(), cause);
  }

  /** Makes the exception of a result of a wrong kind. */
  public ResultNotStoredException(String message) {
    super(message);
  }

  /** Copies a result into the store, in the thread that made the result. */
  public static ObjectContent storeResult(ObjectStore store, @Nullable Object value)
      throws ResultNotStoredException {
    try {
      return store.converter().snapshot(value, Long.MAX_VALUE);
    } catch (MobulaException notStored) {
      throw new ResultNotStoredException(notStored);
    }
  }

  /**
   * Converts this to the exception for readers of the result: of the same kind, naming the task or
   * call that produced the result.
   */
  public MobulaException toException(String producer) {
    var message = "The result of " + producer + " cannot be kept. " + getMessage();
    return switch (getCause()) {
      case CodecException codec -> new CodecException(message, codec);
      case StoreFullException full -> new StoreFullException(message);
      case null, default -> new TaskFailedException(message, getCause());
    };
  }
}
