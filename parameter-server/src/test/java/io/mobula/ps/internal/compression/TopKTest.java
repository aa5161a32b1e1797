package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.compression.Compression;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKTest {

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.25, 0.9})
  void sendsTheLargestExactlyAndNothingElse(double fraction) {
    float[] gradient = CompressionSamples.normal(new Random(11), 5_000);
    float[] sent = CompressionSamples.sent(Compression.topK(fraction), gradient);

    float smallestSent = Float.MAX_VALUE;
    float largestKept = 0;
    int count = 0;
    for (int i = 0; i < sent.length; i++) {
      if (sent[i] == 0) {
        largestKept = Math.max(largestKept, Math.abs(gradient[i]));
      } else {
        assertThat(sent[i]).isEqualTo(gradient[i]);
        smallestSent = Math.min(smallestSent, Math.abs(sent[i]));
        count++;
      }
    }
    assertThat(count).isEqualTo((int) Math.ceil(fraction * 5_000));
    assertThat(smallestSent).isGreaterThanOrEqualTo(largestKept);
  }

  @Test
  void sendsLaterWhatItKept() {
    var compression = Compression.topK(0.3);
    var encoder = GradientCodec.of(compression).encoder(3);
    float[] nothing = new float[3];

    assertThat(
            CompressionSamples.decoded(compression, encoder.encode(new float[] {1, -3, 2}, 0), 3))
        .containsExactly(0, -3, 0);
    assertThat(
            CompressionSamples.decoded(compression, encoder.encode(new float[] {1.5f, 0, 0}, 0), 3))
        .containsExactly(2.5f, 0, 0);
    assertThat(CompressionSamples.decoded(compression, encoder.encode(nothing, 0), 3))
        .containsExactly(0, 0, 2);
    assertThat(CompressionSamples.decoded(compression, encoder.encode(nothing, 0), 3))
        .containsOnly(0);
  }

  @Test
  void sendsTheFirstOfTies() {
    assertThat(CompressionSamples.sent(Compression.topK(0.5), 1, -1, 1, -1))
        .containsExactly(1, -1, 0, 0);
    assertThat(CompressionSamples.sent(Compression.topK(0.5), 1, -1, 2, -1))
        .containsExactly(1, 0, 2, 0);
  }

  @Test
  void sendsAllWithTheFractionOne() {
    float[] gradient = CompressionSamples.normal(new Random(12), 1_000);

    assertThat(CompressionSamples.sent(Compression.topK(1), gradient)).containsExactly(gradient);
  }

  @Test
  void takesNoBytesForZeros() {
    int header = 5 + Integer.BYTES;

    assertThat(GradientCodec.of(Compression.topK(1)).encoder(9).encode(new float[9], 0))
        .hasSize(header);
    assertThat(
            GradientCodec.of(Compression.topK(0.5)).encoder(4).encode(new float[] {0, 0, 0, 7}, 0))
        .hasSize(header + 1 + Float.BYTES);
  }

  @Test
  void reachesIndicesThatAreFarApart() {
    var gradient = new float[5_000_000];
    int[] indices = {0, 128, 129, 20_000, 4_999_999};
    for (int index : indices) {
      gradient[index] = index + 1;
    }
    byte[] encoded =
        GradientCodec.of(Compression.topK(1e-6)).encoder(gradient.length).encode(gradient, 0);

    assertThat(encoded).hasSize(5 + Integer.BYTES + (1 + 1 + 1 + 3 + 4) + 5 * Float.BYTES);
    float[] sent = CompressionSamples.decoded(Compression.topK(1e-6), encoded, gradient.length);
    for (int index : indices) {
      assertThat(sent[index]).isEqualTo(index + 1);
    }
  }

  @Test
  void roundsHowManyItSendsUp() {
    assertThat(new TopK(0.07).count(100)).isEqualTo(7);
    assertThat(new TopK(0.07).count(101)).isEqualTo(8);
    assertThat(new TopK(Double.MIN_VALUE).count(1)).isOne();
    assertThat(new TopK(1).count(1 << 28)).isEqualTo(1 << 28);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesFractionsOfNothingAndOfMoreThanAll(double fraction) {
    assertThatThrownBy(() -> Compression.topK(fraction))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("fraction " + fraction, "above 0, up to 1");
  }
}
