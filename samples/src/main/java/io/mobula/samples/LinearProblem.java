package io.mobula.samples;

import java.util.Random;

/**
 * Regression problem of the parameter server samples: the weights 1, 2, 3 ... of a linear function,
 * to be found from random points of it. Pure functions.
 */
final class LinearProblem {
  static final int SIZE = 8;
  static final float LEARNING_RATE = 0.02f;

  private static final int BATCH = 64;
  private static final long TEST_SEED = -1;

  private LinearProblem() {}

  /** Returns the gradient of the mean squared error on a batch of points drawn from the seed. */
  static float[] gradient(float[] weights, long seed) {
    var random = new Random(seed);
    var gradient = new float[SIZE];
    for (int point = 0; point < BATCH; point++) {
      float[] x = point(random);
      float error = error(weights, x);
      for (int i = 0; i < SIZE; i++) {
        gradient[i] += 2 * error * x[i] / BATCH;
      }
    }
    return gradient;
  }

  /** Returns the mean squared error on points that no gradient used. */
  static double loss(float[] weights) {
    var random = new Random(TEST_SEED);
    double sum = 0;
    for (int point = 0; point < BATCH; point++) {
      float error = error(weights, point(random));
      sum += error * error;
    }
    return sum / BATCH;
  }

  /** Moves the weights, in place, against the gradient. */
  static void descend(float[] weights, float[] gradient) {
    for (int i = 0; i < SIZE; i++) {
      weights[i] -= LEARNING_RATE * gradient[i];
    }
  }

  private static float[] point(Random random) {
    var x = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static float error(float[] weights, float[] x) {
    float error = 0;
    for (int i = 0; i < SIZE; i++) {
      error += (weights[i] - (i + 1)) * x[i];
    }
    return error;
  }
}
