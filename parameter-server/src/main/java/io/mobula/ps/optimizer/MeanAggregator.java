package io.mobula.ps.optimizer;

/** Aggregator that computes the mean; see {@link Aggregator#mean()}. */
enum MeanAggregator implements Aggregator {
  MEAN;

  @Override
  public void aggregate(float[][] gradients, int workers, int count, float[] into) {
    for (int i = 0; i < count; i++) {
      float sum = 0;
      for (float[] gradient : gradients) {
        sum += gradient[i];
      }
      into[i] = sum / workers;
    }
  }

  @Override
  public void aggregate(double[][] gradients, int workers, int count, double[] into) {
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (double[] gradient : gradients) {
        sum += gradient[i];
      }
      into[i] = sum / workers;
    }
  }

  @Override
  public boolean isMean() {
    return true;
  }
}
