package io.mobula.samples.fashion;

/** Rectified linear activation, in place: negative numbers become zero. Pure functions. */
final class ReluActivation {
  private ReluActivation() {}

  /** Replaces negative numbers by zero. */
  static void forward(float[] units) {
    for (int i = 0; i < units.length; i++) {
      units[i] = Math.max(units[i], 0);
    }
  }

  /** Sets the errors of units that are zero to zero. */
  static void backward(float[] units, float[] errors) {
    for (int i = 0; i < units.length; i++) {
      errors[i] = units[i] > 0 ? errors[i] : 0;
    }
  }
}
