package io.mobula.error;

/**
 * A {@code get} waited as long as it was told to and the value was not there yet. The task goes on.
 */
public final class GetTimeoutException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public GetTimeoutException(String message) {
    super(message, null);
  }
}
