package io.mobula.samples.fashion;

import java.util.Arrays;
import java.util.Random;

/**
 * Fully connected layer over a batch, whose weights are a range of one long vector: a bias per
 * output, then for each input a row of one weight per output. Pure arithmetic with the same result
 * to the last bit everywhere.
 *
 * <p>A row is copied out once for the whole batch, and the inner loops add a multiple of one array
 * to another, both from index zero, so that C2 emits vector instructions. It would not if two
 * indices began at different offsets of what may be one array (until JDK 26), nor for a sum of
 * floats, which it may not reorder.
 *
 * @param offset start of the range
 * @param inputs number of inputs per example
 * @param outputs number of outputs
 */
record DenseLayer(int offset, int inputs, int outputs) {

  /** Returns the number of weights, including biases. */
  int parameters() {
    return (1 + inputs) * outputs;
  }

  /** Fills the range with weights for rectified inputs (He et al., 2015) and biases of zero. */
  void initialize(float[] weights, Random random) {
    double deviation = Math.sqrt(2.0 / inputs);
    Arrays.fill(weights, offset, row(0), 0);
    for (int at = row(0); at < offset + parameters(); at++) {
      weights[at] = (float) (random.nextGaussian() * deviation);
    }
  }

  /** Computes the outputs of the first {@code count} examples. */
  void forward(float[] weights, float[][] in, float[][] out, int count) {
    for (int example = 0; example < count; example++) {
      System.arraycopy(weights, offset, out[example], 0, outputs);
    }
    var row = new float[outputs];
    for (int input = 0; input < inputs; input++) {
      System.arraycopy(weights, row(input), row, 0, outputs);
      for (int example = 0; example < count; example++) {
        addScaled(in[example][input], row, out[example]);
      }
    }
  }

  /**
   * Overwrites the layer's range of a gradient with the sum that follows from the errors at the
   * outputs.
   */
  void gradient(float[][] in, float[][] errors, int count, float[] gradient) {
    var row = new float[outputs];
    for (int example = 0; example < count; example++) {
      addScaled(1, errors[example], row);
    }
    System.arraycopy(row, 0, gradient, offset, outputs);
    for (int input = 0; input < inputs; input++) {
      Arrays.fill(row, 0);
      for (int example = 0; example < count; example++) {
        addScaled(in[example][input], errors[example], row);
      }
      System.arraycopy(row, 0, gradient, row(input), outputs);
    }
  }

  /** Propagates the errors at the outputs back to the inputs. */
  void backward(float[] weights, float[][] errors, float[][] inputErrors, int count) {
    var row = new float[outputs];
    for (int input = 0; input < inputs; input++) {
      System.arraycopy(weights, row(input), row, 0, outputs);
      for (int example = 0; example < count; example++) {
        inputErrors[example][input] = product(row, errors[example]);
      }
    }
  }

  /**
   * Adds a multiple of one array to another; skips zero, the value of half of the pixels and of the
   * rectified units.
   */
  private static void addScaled(float factor, float[] from, float[] to) {
    if (factor == 0) {
      return;
    }
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * from[i];
    }
  }

  private static float product(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private int row(int input) {
    return offset + (1 + input) * outputs;
  }
}
