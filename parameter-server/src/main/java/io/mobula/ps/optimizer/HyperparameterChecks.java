package io.mobula.ps.optimizer;

/**
 * Checks of an optimizer's hyperparameters. The values must meet them as floats, too, because float
 * loops narrow them, and an epsilon that narrows to 0 would cause a division by zero. NaN passes no
 * check.
 */
final class HyperparameterChecks {
  private HyperparameterChecks() {}

  static void requireAboveZero(String name, double value) {
    require((float) value > 0 && isFinite(value), name, value, "above 0 and finite, as a float");
  }

  static void requireNotNegative(String name, double value) {
    require(value >= 0 && isFinite(value), name, value, "0 or above and finite, as a float");
  }

  /**
   * Requires the decay of a moving average to be below 1; with 1 the average would never change.
   */
  static void requireBelowOne(String name, double value) {
    require(value >= 0 && (float) value < 1, name, value, "from 0 to below 1, as a float");
  }

  static void requireFraction(String name, double value) {
    require(value >= 0 && value <= 1, name, value, "from 0 to 1");
  }

  static void requireAtLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("Got " + name + "=" + value + ": it must be 1 or above.");
    }
  }

  private static boolean isFinite(double value) {
    return Float.isFinite((float) value);
  }

  private static void require(boolean met, String name, double value, String wanted) {
    if (!met) {
      throw new IllegalArgumentException(
          "Got " + name + "=" + value + ": it must be " + wanted + ".");
    }
  }
}
