package io.mobula.error;

/** Too much work is already pending and none of it went away within the time a submitter waits. */
public final class SubmissionRejectedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public SubmissionRejectedException(String message) {
    super(message, null);
  }
}
