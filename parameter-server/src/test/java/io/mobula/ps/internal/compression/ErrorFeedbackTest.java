package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.compression.Compression;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the sum of what arrives differs from the sum of all gradients only by the residual,
 * which does not grow with the rounds. Without feedback the difference would grow in each round.
 */
class ErrorFeedbackTest {
  private static final int LENGTH = 3_000;
  private static final int ROUNDS = 400;

  /**
   * Returns each compression with a bound on its residual, in norms of a gradient: for top k the
   * bound that Karimireddy et al. (2019) prove in their third lemma, for the others a round number
   * above the observed value.
   */
  static Stream<Arguments> compressions() {
    double fraction = 0.1;
    return IntStream.rangeClosed(1, 4)
        .boxed()
        .flatMap(seed -> Stream.of(
            Arguments.of(Compression.topK(fraction), 2 * Math.sqrt(1 - fraction) / fraction, seed),
            Arguments.of(Compression.eightBit(), 0.02, seed),
            Arguments.of(Compression.oneBit(), 9.0, seed)));
  }

  @ParameterizedTest(name = "{0}, seed {2}")
  @MethodSource("compressions")
  void keepsTheSumOfWhatArrivesNearTheSumOfGradients(
      Compression compression, double maxNorms, int seed) {
    var random = new Random(seed);
    float[] direction = CompressionSamples.normal(random, LENGTH);
    var encoder = GradientCodec.of(compression).encoder(LENGTH);
    var missing = new double[LENGTH];
    double largestNorm = 0;
    for (int round = 0; round < ROUNDS; round++) {
      float[] gradient = noisy(direction, random);
      largestNorm = Math.max(largestNorm, norm(gradient));
      add(missing, 1, gradient);
      add(
          missing,
          -1,
          CompressionSamples.decoded(compression, encoder.encode(gradient, 0), LENGTH));

      assertThat(norm(missing))
          .as("seed %d, round %d, in norms of a gradient", seed, round)
          .isLessThan(maxNorms * largestNorm);
    }
  }

  private static float[] noisy(float[] direction, Random random) {
    float[] gradient = CompressionSamples.normal(random, LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      gradient[i] += direction[i];
    }
    return gradient;
  }

  private static void add(double[] sum, int sign, float[] numbers) {
    for (int i = 0; i < LENGTH; i++) {
      sum[i] += sign * (double) numbers[i];
    }
  }

  private static double norm(float[] numbers) {
    var copy = new double[LENGTH];
    add(copy, 1, numbers);
    return norm(copy);
  }

  private static double norm(double[] numbers) {
    double squares = 0;
    for (double number : numbers) {
      squares += number * number;
    }
    return Math.sqrt(squares);
  }
}
