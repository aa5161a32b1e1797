package io.mobula.ps.optimizer;

/** Optimizer as a user writes it, with public API only. */
record SignDescent(double rate) implements Optimizer {
  @Override
  public int stateVectors() {
    return 0;
  }

  @Override
  public double rateAt(long step) {
    return rate;
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      weights[i] -= (float) step.rate() * Math.signum(gradient[i]);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      weights[i] -= step.rate() * Math.signum(gradient[i]);
    }
  }
}
