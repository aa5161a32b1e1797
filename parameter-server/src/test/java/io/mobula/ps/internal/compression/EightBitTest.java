package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mobula.ps.compression.Compression;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EightBitTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void isOffByHalfAStepOfItsBlockAtMost(long seed) {
    float[] gradient = CompressionSamples.normal(new Random(seed), 3 * EightBit.BLOCK + 100);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= (float) Math.pow(1000, i / EightBit.BLOCK);
    }
    float[] sent = CompressionSamples.sent(Compression.eightBit(), gradient);

    for (int i = 0; i < gradient.length; i++) {
      float halfAStep = largestOfBlock(gradient, i) / EightBit.STEPS / 2;
      assertThat(sent[i])
          .as("seed %d, index %d", seed, i)
          .isCloseTo(gradient[i], within(halfAStep * 1.0001f));
    }
  }

  @Test
  void takesAByteForEachNumberAndFourForEachBlock() {
    assertThat(GradientCodec.of(Compression.eightBit()).encoder(1024).encode(new float[1024], 0))
        .hasSize(5 + 1028);
    assertThat(GradientCodec.of(Compression.eightBit()).encoder(1025).encode(new float[1025], 0))
        .hasSize(5 + 1033);
  }

  @Test
  void roundsToTheNearestStep() {
    assertThat(CompressionSamples.sent(Compression.eightBit(), 127, 3.4f, 3.6f, -3.4f, -3.6f, 0.4f))
        .containsExactly(127, 3, 4, -3, -4, 0);
  }

  @Test
  void keepsNumbersThatAreTooSmallUntilTheyAreNot() {
    var compression = Compression.eightBit();
    var encoder = GradientCodec.of(compression).encoder(1);
    double sum = 0;
    for (int round = 0; round < 100; round++) {
      float sent =
          CompressionSamples.decoded(compression, encoder.encode(new float[] {1e-37f}, 0), 1)[0];
      assertThat(round > 0 || sent == 0).isTrue();
      sum += sent;
    }
    assertThat(sum).isCloseTo(1e-35, within(2e-36));
  }

  private static float largestOfBlock(float[] numbers, int index) {
    int start = index / EightBit.BLOCK * EightBit.BLOCK;
    float largest = 0;
    for (int i = start; i < Math.min(start + EightBit.BLOCK, numbers.length); i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    return largest;
  }
}
