package io.mobula.samples.fashion;

/** What a rectified unit does to numbers, in place: below zero there is nothing. Pure. */
final class ReluActivation {
  private ReluActivation() {}

  /** Turns what is below zero into zero. */
  static void forward(float[] units) {
    for (int i = 0; i < units.length; i++) {
      units[i] = Math.max(units[i], 0);
    }
  }

  /** Takes the errors from the units that are at zero. */
  static void backward(float[] units, float[] errors) {
    for (int i = 0; i < units.length; i++) {
      errors[i] = units[i] > 0 ? errors[i] : 0;
    }
  }
}
