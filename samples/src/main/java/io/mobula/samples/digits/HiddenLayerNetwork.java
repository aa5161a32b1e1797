package io.mobula.samples.digits;

import java.util.Random;

/**
 * Network with one hidden layer of tanh units before the softmax.
 *
 * @param hidden number of hidden units
 */
record HiddenLayerNetwork(int hidden) implements DigitClassifier {
  HiddenLayerNetwork {
    if (hidden < 1) {
      throw new IllegalArgumentException(
          "Wanted " + hidden + " hidden units: at least one is needed.");
    }
  }

  private FullyConnectedLayer lower() {
    return new FullyConnectedLayer(0, DigitSet.PIXELS, hidden);
  }

  private FullyConnectedLayer upper() {
    return new FullyConnectedLayer(lower().parameters(), hidden, DigitSet.CLASSES);
  }

  @Override
  public String title() {
    return "network with " + hidden + " hidden units";
  }

  @Override
  public int parameters() {
    return lower().parameters() + upper().parameters();
  }

  @Override
  public float[] initialWeights(Random random) {
    var weights = new float[parameters()];
    lower().initialize(weights, random);
    upper().initialize(weights, random);
    return weights;
  }

  @Override
  public float addGradient(float[] weights, DigitSet set, int row, float[] gradient) {
    var activations = activations(weights, set, row);
    var errors = scores(weights, activations);
    float loss = SoftmaxScores.toErrors(errors, set.label(row));
    upper().accumulate(gradient, activations, 0, errors);
    var hiddenErrors = new float[hidden];
    upper().backward(weights, errors, hiddenErrors);
    for (int i = 0; i < hidden; i++) {
      hiddenErrors[i] *= 1 - activations[i] * activations[i];
    }
    lower().accumulate(gradient, set.pixels(), set.offset(row), hiddenErrors);
    return loss;
  }

  @Override
  public int predict(float[] weights, DigitSet set, int row) {
    return SoftmaxScores.highest(scores(weights, activations(weights, set, row)));
  }

  private float[] activations(float[] weights, DigitSet set, int row) {
    var activations = new float[hidden];
    lower().forward(weights, set.pixels(), set.offset(row), activations);
    for (int i = 0; i < hidden; i++) {
      activations[i] = (float) Math.tanh(activations[i]);
    }
    return activations;
  }

  private float[] scores(float[] weights, float[] activations) {
    var scores = new float[DigitSet.CLASSES];
    upper().forward(weights, activations, 0, scores);
    return scores;
  }
}
