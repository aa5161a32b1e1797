package io.mobula.samples.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DigitClassifierTest {
  private static final DigitSet ALL = DigitSet.load();
  private static final float RATE = 0.5f;

  static Stream<DigitClassifier> models() {
    return Stream.of(new SoftmaxRegression(), new HiddenLayerNetwork(8), new HiddenLayerNetwork(1));
  }

  /**
   * Compares the gradient with central differences; in float, so with a coarse step and tolerance.
   */
  @ParameterizedTest
  @MethodSource("models")
  void givesTheGradientThatDifferencesGive(DigitClassifier model) {
    var random = new Random(5);
    float[] weights = randomWeights(model, random);
    var gradient = new float[model.parameters()];
    int[] rows = {3, 14, 159};
    model.meanGradient(weights, ALL, rows, gradient);

    for (int round = 0; round < 200; round++) {
      int i = random.nextInt(weights.length);
      assertThat(gradient[i])
          .as("seed 5, weight %d", i)
          .isCloseTo(slope(model, weights, rows, i), tolerance());
    }
  }

  private static Offset<Float> tolerance() {
    return within(2e-3f);
  }

  private static float slope(DigitClassifier model, float[] weights, int[] rows, int i) {
    float step = 1e-2f;
    return (lossAt(model, weights, rows, i, step) - lossAt(model, weights, rows, i, -step))
        / (2 * step);
  }

  private static float lossAt(
      DigitClassifier model, float[] weights, int[] rows, int i, float step) {
    float[] moved = weights.clone();
    moved[i] += step;
    return model.meanGradient(moved, ALL, rows, new float[weights.length]);
  }

  private static float[] randomWeights(DigitClassifier model, Random random) {
    float[] weights = model.initialWeights(random);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (random.nextFloat() - 0.5f) * 0.2f;
    }
    return weights;
  }

  @ParameterizedTest
  @MethodSource("models")
  void ignoresWhatWasInTheGradientBefore(DigitClassifier model) {
    float[] weights = model.initialWeights(new Random(1));
    var clean = new float[model.parameters()];
    var dirty = new float[model.parameters()];
    Arrays.fill(dirty, 7);
    int[] rows = {0, 1};

    assertThat(model.meanGradient(weights, ALL, rows, dirty))
        .isEqualTo(model.meanGradient(weights, ALL, rows, clean));
    assertThat(dirty).containsExactly(clean);
  }

  static Stream<DigitClassifier> demonstrated() {
    return Stream.of(new SoftmaxRegression(), new HiddenLayerNetwork(64));
  }

  /**
   * Trains on one thread without a server, by plain descent in batches: the reference for
   * distributed training.
   */
  @ParameterizedTest
  @MethodSource("demonstrated")
  void learnsTheDigits(DigitClassifier model) {
    var split = ALL.split(0.8, DemoSettings.DEFAULT.seed());
    var random = new Random(1);
    float[] weights = model.initialWeights(random);
    var gradient = new float[weights.length];
    for (int epoch = 0; epoch < 40; epoch++) {
      int[] order = DigitSet.shuffled(split.train().count(), random);
      for (int from = 0; from + 32 <= order.length; from += 32) {
        model.meanGradient(
            weights, split.train(), Arrays.copyOfRange(order, from, from + 32), gradient);
        for (int i = 0; i < weights.length; i++) {
          weights[i] -= RATE * gradient[i];
        }
      }
    }

    assertThat(model.accuracy(weights, split.test())).isGreaterThanOrEqualTo(0.95);
  }
}
