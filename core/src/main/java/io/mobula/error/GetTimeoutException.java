package io.mobula.error;

/** Timeout of a {@code get}: the value was not there in time. The task goes on. */
public final class GetTimeoutException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public GetTimeoutException(String message) {
    super(message, null);
  }
}
