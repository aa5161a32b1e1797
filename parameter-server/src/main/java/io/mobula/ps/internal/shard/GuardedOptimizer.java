package io.mobula.ps.internal.shard;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.util.OptionalDouble;

/**
 * Optimizer of a table whose failures name the table and the user's class. The number of state
 * vectors is asked for once, so that it cannot change afterwards. For one thread.
 */
final class GuardedOptimizer implements Optimizer {
  private static final long serialVersionUID = 1L;
  private static final String ROLE = "optimizer";

  private final Optimizer optimizer;
  private final String table;
  private final int stateVectors;

  private GuardedOptimizer(Optimizer optimizer, String table) {
    this.optimizer = optimizer;
    this.table = table;
    try {
      this.stateVectors = optimizer.stateVectors();
    } catch (Throwable thrown) {
      throw failure("stateVectors", thrown);
    }
    if (stateVectors < 0) {
      throw unusable("stateVectors", "returned " + stateVectors);
    }
  }

  /**
   * Returns the guarded optimizer of a table.
   *
   * @throws io.mobula.ps.error.TableException when it does not say how many state vectors it needs
   */
  static GuardedOptimizer of(TableSpec spec) {
    return new GuardedOptimizer(spec.optimizer(), spec.toString());
  }

  private RuntimeException failure(String method, Throwable thrown) {
    return UserCodeFailures.of(method, ROLE, optimizer, table, thrown);
  }

  private RuntimeException unusable(String method, String answer) {
    return UserCodeFailures.ofAnswer(method, ROLE, optimizer, table, answer, null);
  }

  /**
   * Returns whether the optimizer is one of Mobula's: then an update does not fail halfway, and
   * need not be undone.
   */
  boolean isOwn() {
    return optimizer.getClass().getPackageName().equals(Optimizer.class.getPackageName());
  }

  /** Returns the number and the rate of an update. */
  OptimizerStep step(long number) {
    double rate = rateAt(number);
    if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
      throw unusable("rateAt(" + number + ")", "returned " + rate + ", or its schedule did");
    }
    return new OptimizerStep(number, rate);
  }

  @Override
  public int stateVectors() {
    return stateVectors;
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    try {
      optimizer.update(step, weights, state, gradient, count);
    } catch (Throwable thrown) {
      throw failure("update", thrown);
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    try {
      optimizer.update(step, weights, state, gradient, count);
    } catch (Throwable thrown) {
      throw failure("update", thrown);
    }
  }

  @Override
  public OptionalDouble plainDescentRate(OptimizerStep step) {
    OptionalDouble rate;
    try {
      rate = optimizer.plainDescentRate(step);
    } catch (Throwable thrown) {
      throw failure("plainDescentRate", thrown);
    }
    if (rate == null || (rate.isPresent() && !Double.isFinite(rate.getAsDouble()))) {
      throw unusable("plainDescentRate", "returned " + rate);
    }
    return rate;
  }

  @Override
  public double rateAt(long step) {
    try {
      return optimizer.rateAt(step);
    } catch (Throwable thrown) {
      throw failure("rateAt(" + step + "), or its schedule,", thrown);
    }
  }
}
