package io.mobula.ps.shard;

import io.mobula.ps.error.TableException;
import io.mobula.ps.heap.HeapAdmission;

/**
 * An {@code Error} that came up in a request, as that request's failure. Out of an actor's method
 * it would end the shard, and with it the tables of all others; most likely it is of a class of the
 * program's, such as an optimizer.
 */
final class RequestFailures {
  private RequestFailures() {}

  /**
   * What the request fails with.
   *
   * @param what the request and its table, for people
   */
  static RuntimeException of(Object what, Error error) {
    return error instanceof OutOfMemoryError exhausted
        ? HeapAdmission.exhausted(what, exhausted)
        : new TableException(
            what + " failed with " + error.getClass().getName()
                + ". The table and the others of its server live on; look at the classes that it was"
                + " made with: optimizer, schedule, aggregator, partitioner.",
            error);
  }
}
