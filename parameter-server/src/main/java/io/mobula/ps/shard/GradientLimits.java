package io.mobula.ps.shard;

import java.io.Serializable;

/**
 * What becomes of gradients that are too large.
 *
 * @param value the largest magnitude of a number, others are cut to it; infinite for none
 * @param norm the largest length (the root of the sum of squares) of a gradient, longer ones are
 *     scaled to it; infinite for none
 * @param repairs whether numbers that are infinite count as the largest there may be, and those
 *     that are none as 0; else a gradient that has any is refused
 */
public record GradientLimits(double value, double norm, boolean repairs) implements Serializable {
  /** None, and infinite numbers are refused. */
  public static final GradientLimits NONE =
      new GradientLimits(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, false);

  /** Refuses limits that leave nothing. */
  public GradientLimits {
    if (!(value > 0) || !(norm > 0)) {
      throw new IllegalArgumentException("Wanted gradients clipped to a value of " + value
          + " and a norm of " + norm + ": both must be above 0.");
    }
  }

  /** Whether a gradient's length has to be known. */
  public boolean boundsNorm() {
    return norm < Double.POSITIVE_INFINITY;
  }

  /** What a gradient of that length is multiplied by. */
  public double scaleFor(double length) {
    return length > norm ? norm / length : 1;
  }

  /** What a number that is infinite or none becomes. */
  public double repaired(double number, double most) {
    return Double.isNaN(number) ? 0 : Math.copySign(Math.min(value, most), number);
  }
}
