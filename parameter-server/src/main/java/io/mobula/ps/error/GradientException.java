package io.mobula.ps.error;

/**
 * Refusal of a gradient, or of initial weights, with a wrong length or type or with a number that
 * is not finite. Nothing was applied.
 */
public final class GradientException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what was wanted, what was there and what to do. */
  public GradientException(String message) {
    super(message, null);
  }

  /** Creates the exception for a gradient whose length differs from the number of parameters. */
  public static GradientException ofLength(long wanted, long had) {
    return new GradientException("Got a gradient of " + had + " numbers for " + wanted
        + " parameters: push one number per parameter.");
  }

  /** Creates the exception for a number that is infinite or NaN. */
  public static GradientException ofNumber(String what, long index, double number) {
    return new GradientException("Got " + number + " at index " + index + " of " + what
        + ": every number must be finite. If training diverged, use a lower learning rate.");
  }
}
