package io.mobula.samples.digits;

import java.util.Arrays;
import java.util.Random;

/**
 * Classifier of digits as pure functions of one vector of weights. Stateless; may be sent to any
 * worker.
 */
sealed interface DigitClassifier permits SoftmaxRegression, HiddenLayerNetwork {

  /** Returns the name of the model in plots and output. */
  String title();

  /** Returns the number of weights. */
  int parameters();

  /** Returns the initial weights. */
  float[] initialWeights(Random random);

  /**
   * Adds the gradient of one image's loss to {@code gradient}.
   *
   * @return the loss: cross entropy, in nats
   */
  float addGradient(float[] weights, DigitSet set, int row, float[] gradient);

  /** Returns the digit that the weights predict for an image. */
  int predict(float[] weights, DigitSet set, int row);

  /**
   * Overwrites {@code gradient} with the mean gradient of some images.
   *
   * @return their mean loss
   */
  default float meanGradient(float[] weights, DigitSet set, int[] rows, float[] gradient) {
    Arrays.fill(gradient, 0);
    float loss = 0;
    for (int row : rows) {
      loss += addGradient(weights, set, row, gradient);
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= rows.length;
    }
    return loss / rows.length;
  }

  /** Returns the share of a set that is predicted correctly. */
  default double accuracy(float[] weights, DigitSet set) {
    int right = 0;
    for (int row = 0; row < set.count(); row++) {
      right += predict(weights, set, row) == set.label(row) ? 1 : 0;
    }
    return (double) right / set.count();
  }
}
