package io.mobula.error;

/** An actor has as many unanswered calls as its {@code maxPendingCalls} allows. */
public final class PendingCallsExceededException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public PendingCallsExceededException(String message) {
    super(message, null);
  }
}
