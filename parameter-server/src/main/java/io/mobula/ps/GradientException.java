package io.mobula.ps;

/**
 * A gradient, or a vector of first weights, that cannot be right: of another length, or with a
 * number that is none. Nothing of it was applied.
 */
public final class GradientException extends ParameterServerException {
  private static final long serialVersionUID = 1L;
  private static final int INFINITE = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

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
    if (!areFinite(numbers)) {
      throwForFirst(what, numbers);
    }
  }

  /**
   * Exponents of all ones are infinite or no numbers; a loop of integers that the JVM vectorizes.
   */
  private static boolean areFinite(float[] numbers) {
    int largest = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Float.floatToRawIntBits(number) & Integer.MAX_VALUE);
    }
    return largest < INFINITE;
  }

  private static void throwForFirst(String what, float[] numbers) {
    for (int i = 0; i < numbers.length; i++) {
      if (!Float.isFinite(numbers[i])) {
        throw new GradientException("Got " + numbers[i] + " at index " + i + " of " + what
            + ": every number must be finite. If training diverged, use a lower learning rate.");
      }
    }
  }
}
