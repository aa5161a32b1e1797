package io.mobula.error;

/**
 * Rejection of a submission: too much work was pending, and none of it finished within the time
 * that a submitter waits.
 */
public final class SubmissionRejectedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public SubmissionRejectedException(String message) {
    super(message, null);
  }
}
