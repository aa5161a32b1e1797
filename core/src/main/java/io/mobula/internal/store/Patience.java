package io.mobula.internal.store;

import io.mobula.error.GetTimeoutException;

/**
 * How long a reader waits for the bytes of a value that is known to be there.
 *
 * @param deadline until when
 * @param what it waits for: its text is made for messages only
 */
record Patience(Deadline deadline, Object what) {
  /** For as long as it takes. */
  static final Patience ENDLESS = new Patience(Deadline.NEVER, "A value");

  /** Whether it is {@link #ENDLESS}, or as good as. */
  boolean isEndless() {
    return deadline.remaining() == Long.MAX_VALUE;
  }

  /** Whether nothing more is waited for. */
  boolean isOver() {
    return deadline.remaining() <= 0;
  }

  /** What the reader is told when it is over. */
  GetTimeoutException late(long bytes, String from) {
    return new GetTimeoutException(
        what + " is there, but its " + bytes + " bytes were not brought from " + from + " within "
            + deadline.asked() + ". They are still on their way; get it later.");
  }
}
