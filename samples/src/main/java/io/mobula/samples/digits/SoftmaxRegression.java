package io.mobula.samples.digits;

import java.util.Random;

/** Multinomial logistic regression: one layer and a softmax. */
record SoftmaxRegression() implements DigitClassifier {
  private static final FullyConnectedLayer LAYER =
      new FullyConnectedLayer(0, DigitSet.PIXELS, DigitSet.CLASSES);

  @Override
  public String title() {
    return "softmax regression";
  }

  @Override
  public int parameters() {
    return LAYER.parameters();
  }

  /** Returns all zeros, as the loss is convex. */
  @Override
  public float[] initialWeights(Random random) {
    return new float[parameters()];
  }

  @Override
  public float addGradient(float[] weights, DigitSet set, int row, float[] gradient) {
    var scores = scores(weights, set, row);
    float loss = SoftmaxScores.toErrors(scores, set.label(row));
    LAYER.accumulate(gradient, set.pixels(), set.offset(row), scores);
    return loss;
  }

  @Override
  public int predict(float[] weights, DigitSet set, int row) {
    return SoftmaxScores.highest(scores(weights, set, row));
  }

  private static float[] scores(float[] weights, DigitSet set, int row) {
    var scores = new float[DigitSet.CLASSES];
    LAYER.forward(weights, set.pixels(), set.offset(row), scores);
    return scores;
  }
}
