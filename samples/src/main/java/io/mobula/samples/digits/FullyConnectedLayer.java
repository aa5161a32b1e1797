package io.mobula.samples.digits;

import java.util.Random;

/**
 * Fully connected layer whose weights are a range of one long vector: for each output its bias,
 * then one weight per input. Pure arithmetic.
 *
 * @param offset start of the range
 * @param inputs number of inputs
 * @param outputs number of outputs
 */
record FullyConnectedLayer(int offset, int inputs, int outputs) {

  /** Returns the number of weights, including biases. */
  int parameters() {
    return (inputs + 1) * outputs;
  }

  /** Fills the range with small random weights (Glorot and Bengio, 2010) and biases of zero. */
  void initialize(float[] weights, Random random) {
    float limit = (float) Math.sqrt(6.0 / (inputs + outputs));
    for (int out = 0; out < outputs; out++) {
      int at = row(out);
      weights[at] = 0;
      for (int i = 1; i <= inputs; i++) {
        weights[at + i] = (2 * random.nextFloat() - 1) * limit;
      }
    }
  }

  /** Computes the outputs for the inputs that begin at {@code from}. */
  void forward(float[] weights, float[] input, int from, float[] output) {
    for (int out = 0; out < outputs; out++) {
      int at = row(out);
      float sum = weights[at];
      for (int i = 0; i < inputs; i++) {
        sum += weights[at + 1 + i] * input[from + i];
      }
      output[out] = sum;
    }
  }

  /** Adds the gradient that follows from the errors at the outputs, {@code delta}. */
  void accumulate(float[] gradient, float[] input, int from, float[] delta) {
    for (int out = 0; out < outputs; out++) {
      int at = row(out);
      gradient[at] += delta[out];
      for (int i = 0; i < inputs; i++) {
        gradient[at + 1 + i] += delta[out] * input[from + i];
      }
    }
  }

  /** Propagates the errors at the outputs back to the inputs. */
  void backward(float[] weights, float[] delta, float[] inputDelta) {
    for (int i = 0; i < inputs; i++) {
      float sum = 0;
      for (int out = 0; out < outputs; out++) {
        sum += weights[row(out) + 1 + i] * delta[out];
      }
      inputDelta[i] = sum;
    }
  }

  private int row(int out) {
    return offset + out * (inputs + 1);
  }
}
