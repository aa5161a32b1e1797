package io.mobula.ps;

/**
 * A gradient, or a vector of first weights, that cannot be right: of another length, or with a
 * number that is none. Nothing of it was applied.
 */
public final class GradientException extends ParameterServerException {
  private static final long serialVersionUID = 1L;

  GradientException(String message) {
    super(message, null);
  }

  static void requireLength(int wanted, float[] gradient) {
    if (gradient.length != wanted) {
      throw new GradientException("Got a gradient of " + gradient.length + " numbers for " + wanted
          + " parameters: push one number per parameter.");
    }
  }

  static void requireFinite(String what, float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Float.isFinite(numbers[i])) {
        throw new GradientException("Got " + numbers[i] + " at index " + i + " of " + what
            + ": every number must be finite. If training diverged, use a lower learning rate.");
      }
    }
  }
}
