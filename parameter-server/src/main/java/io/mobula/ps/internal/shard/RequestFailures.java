package io.mobula.ps.internal.shard;

import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.heap.HeapAdmission;

/**
 * Conversion of an {@code Error} within a request into an exception that fails this request alone.
 * Thrown from an actor's method, the error would end the shard with all its tables. Most errors
 * come from user classes, such as optimizers.
 */
final class RequestFailures {
  private RequestFailures() {}

  /**
   * Returns the exception that the request fails with.
   *
   * @param what the request and its table, for the message
   */
  static RuntimeException of(Object what, Error error) {
    return error instanceof OutOfMemoryError exhausted
        ? HeapAdmission.exhausted(what, exhausted)
        : new TableException(
            what + " failed with " + error.getClass().getName()
                + ". This table and the others of its server stay usable; look at the classes that it was"
                + " made with: optimizer, schedule, aggregator, partitioner.",
            error);
  }
}
