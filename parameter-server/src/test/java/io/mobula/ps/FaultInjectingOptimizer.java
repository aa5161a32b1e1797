package io.mobula.ps;

import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * Plain descent and a plain sum of gradients, one method of which fails while the name is armed.
 *
 * @param name identifies the optimizer of one test
 * @param method name of the method that fails
 */
record FaultInjectingOptimizer(String name, FaultKind kind, String method)
    implements Optimizer, Aggregator {
  /** Semaphore with a permit for each method call that blocks. */
  static final Semaphore BLOCKED = new Semaphore(0);

  private static final Set<String> ARMED = ConcurrentHashMap.newKeySet();

  /** Kind of failure of the method. */
  enum FaultKind {
    THROWS {
      @Override
      void act() {
        throw new IllegalStateException("hostile");
      }
    },
    RECURSES {
      @Override
      @SuppressWarnings("InfiniteRecursion") // intended
      void act() {
        act();
      }
    },
    EXHAUSTS {
      @Override
      void act() {
        var never = new byte[Integer.MAX_VALUE];
        throw new IllegalStateException("had " + never.length);
      }
    },
    BLOCKS {
      @Override
      void act() {
        BLOCKED.release();
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException ended) {
          throw new IllegalStateException("interrupted", ended);
        }
      }
    },
    CANNOT_BE_LINKED {
      @Override
      void act() {
        throw new NoClassDefFoundError("hostile");
      }
    };

    abstract void act();
  }

  void arm() {
    ARMED.add(name);
  }

  void disarm() {
    ARMED.remove(name);
  }

  private void at(String present) {
    if (present.equals(method) && ARMED.contains(name)) {
      kind.act();
    }
  }

  @Override
  public int stateVectors() {
    at("stateVectors");
    return 0;
  }

  @Override
  public OptionalDouble plainDescentRate(OptimizerStep step) {
    at("plainDescentRate");
    return OptionalDouble.empty();
  }

  @Override
  public double rateAt(long step) {
    at("rateAt");
    return 1;
  }

  @Override
  public void update(
      OptimizerStep step, float[] weights, float[][] state, float[] gradient, int count) {
    at("update");
    for (int i = 0; i < count; i++) {
      weights[i] -= gradient[i];
    }
  }

  @Override
  public void update(
      OptimizerStep step, double[] weights, double[][] state, double[] gradient, int count) {
    for (int i = 0; i < count; i++) {
      weights[i] -= gradient[i];
    }
  }

  @Override
  public void aggregate(float[][] gradients, int workers, int count, float[] into) {
    at("aggregate");
    for (int i = 0; i < count; i++) {
      into[i] = 0;
      for (var each : gradients) {
        into[i] += each[i];
      }
    }
  }

  @Override
  public void aggregate(double[][] gradients, int workers, int count, double[] into) {
    throw new IllegalStateException("the tables here are of floats");
  }
}
