package io.mobula.error;

/** Excess of unanswered calls of an actor over its {@code maxPendingCalls}. */
public final class PendingCallsExceededException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public PendingCallsExceededException(String message) {
    super(message, null);
  }
}
