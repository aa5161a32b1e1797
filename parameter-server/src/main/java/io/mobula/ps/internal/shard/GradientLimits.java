package io.mobula.ps.internal.shard;

import java.io.Serializable;

/**
 * Limits on the size of gradients.
 *
 * @param value largest magnitude of a number, to which larger ones are clipped; infinite for none
 * @param norm largest Euclidean norm of a gradient, to which longer ones are scaled; infinite for
 *     none
 * @param repairs whether infinite numbers count as the largest finite ones and NaN as 0; otherwise
 *     a gradient with such numbers is refused
 */
public record GradientLimits(double value, double norm, boolean repairs) implements Serializable {
  /** Absence of limits; gradients with infinite numbers or NaN are refused. */
  public static final GradientLimits NONE =
      new GradientLimits(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, false);

  /** Refuses limits that are not above 0. */
  public GradientLimits {
    if (!(value > 0) || !(norm > 0)) {
      throw new IllegalArgumentException("Wanted gradients clipped to a value of " + value
          + " and a norm of " + norm + ": both must be above 0.");
    }
  }

  /** Returns whether the norm of a gradient has to be computed. */
  public boolean boundsNorm() {
    return norm < Double.POSITIVE_INFINITY;
  }

  /** Returns the factor by which a gradient of that norm is multiplied. */
  public double scaleFor(double length) {
    return length > norm ? norm / length : 1;
  }

  /** Returns the finite replacement of an infinite number or NaN. */
  public double repaired(double number, double max) {
    return Double.isNaN(number) ? 0 : Math.copySign(Math.min(value, max), number);
  }
}
