package io.mobula.ps.internal.shard;

import io.mobula.ps.optimizer.Aggregator;

/**
 * Aggregator of a table whose failures name the table and the user's class. Whether it is the mean
 * is asked once.
 */
final class GuardedAggregator implements Aggregator {
  private static final long serialVersionUID = 1L;
  private static final String ROLE = "aggregator";

  private final Aggregator aggregator;
  private final String table;
  private final boolean mean;

  private GuardedAggregator(Aggregator aggregator, String table) {
    this.aggregator = aggregator;
    this.table = table;
    try {
      this.mean = aggregator.isMean();
    } catch (Throwable thrown) {
      throw failure("isMean", thrown);
    }
  }

  /**
   * Returns the guarded aggregator of a table.
   *
   * @throws io.mobula.ps.error.TableException when it does not say whether it is the mean
   */
  static GuardedAggregator of(DenseSpec spec) {
    return new GuardedAggregator(spec.aggregator(), spec.toString());
  }

  private RuntimeException failure(String method, Throwable thrown) {
    return UserCodeFailures.of(method, ROLE, aggregator, table, thrown);
  }

  @Override
  public void aggregate(float[][] gradients, int workers, int count, float[] into) {
    try {
      aggregator.aggregate(gradients, workers, count, into);
    } catch (Throwable thrown) {
      throw failure("aggregate", thrown);
    }
  }

  @Override
  public void aggregate(double[][] gradients, int workers, int count, double[] into) {
    try {
      aggregator.aggregate(gradients, workers, count, into);
    } catch (Throwable thrown) {
      throw failure("aggregate", thrown);
    }
  }

  @Override
  public boolean isMean() {
    return mean;
  }
}
