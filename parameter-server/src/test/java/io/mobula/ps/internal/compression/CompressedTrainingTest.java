package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.compression.Compression;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Training of a linear model by stochastic gradient descent, with two workers and encoded
 * gradients. Most features are weak compared to some, so that top k and one bit would miss them
 * without error feedback.
 */
class CompressedTrainingTest {
  private static final int FEATURES = 100;
  private static final int STRONG = 10;
  private static final float WEAKNESS = 0.4f;
  private static final int EXAMPLES = 1_000;
  private static final int BATCH = 20;
  private static final int STEPS = 3_000;
  private static final float NOISE = 0.5f;

  private final Random random = new Random(31);
  private final float[] truth = CompressionSamples.normal(random, FEATURES);
  private final float[][] inputs =
      Stream.generate(this::input).limit(EXAMPLES).toArray(float[][]::new);
  private final float[] outputs = new float[EXAMPLES];

  CompressedTrainingTest() {
    for (int i = 0; i < EXAMPLES; i++) {
      outputs[i] = predicted(truth, inputs[i]) + NOISE * (float) random.nextGaussian();
    }
  }

  private float[] input() {
    float[] input = CompressionSamples.normal(random, FEATURES);
    for (int i = STRONG; i < FEATURES; i++) {
      input[i] *= WEAKNESS;
    }
    return input;
  }

  @ParameterizedTest
  @MethodSource("io.mobula.ps.internal.compression.CompressionSamples#all")
  void reachesNearlyTheLossThatItReachesWithout(Compression compression) {
    double without = loss(trained(Compression.none()));
    double with = loss(trained(compression));

    assertThat(loss(new float[FEATURES])).isGreaterThan(20 * without);
    assertThat(with).isLessThan(1.02 * without);
  }

  private float[] trained(Compression compression) {
    var batches = new Random(32);
    var weights = new float[FEATURES];
    var workers = List.of(
        GradientCodec.of(compression).encoder(FEATURES),
        GradientCodec.of(compression).encoder(FEATURES));
    for (int step = 0; step < STEPS; step++) {
      byte[] pushed = workers.get(step % 2).encode(gradient(weights, batches), 0);
      float[] arrived = CompressionSamples.decoded(compression, pushed, FEATURES);
      float rate = 0.01f * (1 - (float) step / STEPS);
      for (int i = 0; i < FEATURES; i++) {
        weights[i] -= rate * arrived[i];
      }
    }
    return weights;
  }

  private float[] gradient(float[] weights, Random batches) {
    var gradient = new float[FEATURES];
    for (int n = 0; n < BATCH; n++) {
      int example = batches.nextInt(EXAMPLES);
      float error = predicted(weights, inputs[example]) - outputs[example];
      for (int i = 0; i < FEATURES; i++) {
        gradient[i] += error * inputs[example][i] / BATCH;
      }
    }
    return gradient;
  }

  private double loss(float[] weights) {
    double squares = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      squares += Math.pow(predicted(weights, inputs[i]) - outputs[i], 2);
    }
    return squares / EXAMPLES;
  }

  private static float predicted(float[] weights, float[] input) {
    float sum = 0;
    for (int i = 0; i < FEATURES; i++) {
      sum += weights[i] * input[i];
    }
    return sum;
  }
}
