package io.mobula.ps;

/**
 * Stochastic gradient descent with momentum (Polyak's heavy ball): {@code v = momentum * v -
 * learningRate * g}, then {@code w = w + v}. A value; the velocities are the shards'.
 *
 * @param learningRate how far a gradient moves a weight; above zero
 * @param momentum how much of its velocity a weight keeps, from 0 (plain descent) to below 1
 */
public record Sgd(float learningRate, float momentum) {
  /** Refuses rates that cannot converge; NaN is one of them. */
  public Sgd {
    boolean sensible =
        learningRate > 0 && Float.isFinite(learningRate) && momentum >= 0 && momentum < 1;
    if (!sensible) {
      throw new IllegalArgumentException("Wanted learningRate=" + learningRate + " and momentum="
          + momentum + ": the rate must be above 0, the momentum from 0 to below 1.");
    }
  }

  /** Plain descent, without momentum. */
  public static Sgd of(float learningRate) {
    return new Sgd(learningRate, 0);
  }

  /**
   * Makes one step in place: {@code weights} and, with momentum, {@code velocity} change. All are
   * of one length; without momentum the velocity is not looked at.
   */
  void step(float[] weights, float[] velocity, float[] gradient) {
    if (momentum == 0) {
      descend(weights, gradient);
      return;
    }
    for (int i = 0; i < weights.length; i++) {
      velocity[i] = momentum * velocity[i] - learningRate * gradient[i];
      weights[i] += velocity[i];
    }
  }

  /** The same without a velocity, which would be a third of the memory that is read and written. */
  private void descend(float[] weights, float[] gradient) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] -= learningRate * gradient[i];
    }
  }
}
