package io.mobula.ps.optimizer;

/**
 * FTRL-Proximal optimizer, which sets weights with small accumulated gradients to exactly 0
 * (McMahan et al., <em>Ad Click Prediction: a View from the Trenches</em>, KDD 2013, algorithm 1):
 *
 * <pre>{@code
 * sigma = (sqrt(n + g * g) - sqrt(n)) / alpha
 * z += g - sigma * w
 * n += g * g
 * w = |z| <= l1 ? 0 : -(z - sign(z) * l1) / ((beta + sqrt(n)) / alpha + l2)
 * }</pre>
 *
 * <p>It keeps two state vectors, z and n. Weights follow from them and should be initialized to 0:
 * most of any other initial value is lost with the first update.
 *
 * <p>Its rate falls for each weight separately. There is no schedule, and the rate of a step is
 * ignored: with a changing rate, weights would no longer follow from z and n.
 *
 * @param alpha learning rate; above 0
 * @param beta damping of the first gradients; above 0, 1 suits most cases
 * @param l1 threshold that a weight's sum of gradients must exceed for the weight to be nonzero
 * @param l2 how strongly weights are pulled towards 0
 */
public record Ftrl(double alpha, double beta, double l1, double l2) implements Optimizer {
  /** Refuses an alpha or beta that is not above 0, and negative values of the others. */
  public Ftrl {
    HyperparameterChecks.requireAboveZero("alpha", alpha);
    HyperparameterChecks.requireAboveZero("beta", beta);
    HyperparameterChecks.requireNotNegative("l1", l1);
    HyperparameterChecks.requireNotNegative("l2", l2);
  }

  @Override
  public int stateVectors() {
    return 2;
  }

  /** Returns alpha for every update. */
  @Override
  public double rateAt(long step) {
    return alpha;
  }

  /**
   * Updates weights of type float. Clipping z to l1 before subtracting it needs no branch and gives
   * no negative zero.
   */
  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    float perAlpha = (float) (1 / alpha);
    float addend = (float) beta;
    float swallowed = (float) l1;
    float pull = (float) l2;
    float[] zs = state[0];
    float[] sums = state[1];
    for (int i = 0; i < count; i++) {
      float g = gradient[i];
      float sum = sums[i] + g * g;
      float root = (float) Math.sqrt(sum);
      float sigma = (root - (float) Math.sqrt(sums[i])) * perAlpha;
      float z = zs[i] + g - sigma * weights[i];
      zs[i] = z;
      sums[i] = sum;
      float cut = Math.max(-swallowed, Math.min(swallowed, z));
      weights[i] = (cut - z) / ((addend + root) * perAlpha + pull);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    double perAlpha = 1 / alpha;
    double addend = beta;
    double swallowed = l1;
    double pull = l2;
    double[] zs = state[0];
    double[] sums = state[1];
    for (int i = 0; i < count; i++) {
      double g = gradient[i];
      double sum = sums[i] + g * g;
      double root = Math.sqrt(sum);
      double sigma = (root - Math.sqrt(sums[i])) * perAlpha;
      double z = zs[i] + g - sigma * weights[i];
      zs[i] = z;
      sums[i] = sum;
      double cut = Math.max(-swallowed, Math.min(swallowed, z));
      weights[i] = (cut - z) / ((addend + root) * perAlpha + pull);
    }
  }
}
