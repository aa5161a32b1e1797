package io.mobula.internal.store;

import io.mobula.error.GetTimeoutException;

/**
 * How long a reader waits for the bytes of a value that is known to be there.
 *
 * @param deadline until when
 * @param what it waits for: its text is made for messages only
 */
record ReadDeadline(Deadline deadline, Object what) {
  /** For as long as it takes. */
  static final ReadDeadline ENDLESS = new ReadDeadline(Deadline.NEVER, "A value");

  /** Whether it is {@link #ENDLESS}, or as good as. */
  boolean isEndless() {
    return deadline.remaining() == Long.MAX_VALUE;
  }

  /** Whether nothing more is waited for. */
  boolean isOver() {
    return deadline.remaining() <= 0;
  }

  /** What the reader is told when it is over. */
  GetTimeoutException timeoutException(long bytes, String from) {
    return new GetTimeoutException(
        what + " is there, but its " + bytes + " bytes were not brought from " + from + " within "
            + deadline.timeout() + ". They are still on their way; get it later.");
  }
}
