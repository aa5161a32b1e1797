package io.mobula.internal.store;

import io.mobula.error.GetTimeoutException;

/**
 * Deadline of a reader for the bytes of a value that is ready.
 *
 * @param deadline when waiting ends
 * @param what what the reader waits for; converted to text for messages only
 */
record ReadDeadline(Deadline deadline, Object what) {
  /** Deadline that never comes. */
  static final ReadDeadline ENDLESS = new ReadDeadline(Deadline.NEVER, "A value");

  /** Returns whether the deadline never comes. */
  boolean isEndless() {
    return deadline.remaining() == Long.MAX_VALUE;
  }

  /** Returns whether the deadline has passed. */
  boolean isOver() {
    return deadline.remaining() <= 0;
  }

  /** Creates the exception that the reader gets after the deadline. */
  GetTimeoutException timeoutException(long bytes, String from) {
    return new GetTimeoutException(
        what + " is there, but its " + bytes + " bytes were not fetched from " + from + " within "
            + deadline.timeout() + ". They are still on their way; get it later.");
  }
}
