package io.mobula.ps.error;

/**
 * A gradient, or a vector of first weights, that cannot be right: of another length or type, or
 * with a number that is none. Nothing of it was applied.
 */
public final class GradientException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  /** Says what was wanted, what was there and what to do. */
  public GradientException(String message) {
    super(message, null);
  }

  /** For numbers that are more or fewer than there are parameters. */
  public static GradientException ofLength(long wanted, long had) {
    return new GradientException("Got a gradient of " + had + " numbers for " + wanted
        + " parameters: push one number per parameter.");
  }

  /** For a number that is infinite or none. */
  public static GradientException ofNumber(String what, long index, double number) {
    return new GradientException("Got " + number + " at index " + index + " of " + what
        + ": every number must be finite. If training diverged, use a lower learning rate.");
  }
}
