package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mobula.ps.compression.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CompressionTest {
  private static final String ALL = "io.mobula.ps.internal.compression.CompressionSamples#all";
  private static final String LOSSY = "io.mobula.ps.internal.compression.CompressionSamples#lossy";

  @Test
  void changesNoBitWithNone() {
    float[] gradient = {1, -0f, Float.MIN_VALUE, -Float.MAX_VALUE, Float.NaN, 0.1f};

    assertThat(CompressionSamples.sent(Compression.none(), gradient)).containsExactly(gradient);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void readsAndWritesOnlyTheRangeItIsGiven(Compression compression) {
    float[] gradient = CompressionSamples.normal(new Random(3), 3_000);
    float[] before = gradient.clone();
    var into = new float[2_000];
    Arrays.fill(into, 7);
    GradientCodec.of(compression)
        .decoder()
        .decode(
            GradientCodec.of(compression).encoder(1_500).encode(gradient, 900), into, 100, 1_500);

    assertThat(gradient).containsExactly(before);
    assertThat(Arrays.copyOfRange(into, 100, 1_600))
        .containsExactly(
            CompressionSamples.sent(compression, Arrays.copyOfRange(gradient, 900, 2_400)));
    assertThat(Arrays.copyOfRange(into, 0, 100)).containsOnly(7);
    assertThat(Arrays.copyOfRange(into, 1_600, 2_000)).containsOnly(7);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void setsEveryNumberEvenIfAllAreZero(Compression compression) {
    float[] into = CompressionSamples.normal(new Random(4), 1_100);
    GradientCodec.of(compression)
        .decoder()
        .decode(
            GradientCodec.of(compression).encoder(1_100).encode(new float[1_100], 0),
            into,
            0,
            1_100);

    assertThat(into).containsOnly(0);
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void sendsASingleNumber(Compression compression) {
    assertThat(CompressionSamples.sent(compression, -3.7f)[0]).isCloseTo(-3.7f, within(1e-6f));
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void losesNothingByARangeThatIsNotThere(Compression compression) {
    float[] gradient = CompressionSamples.normal(new Random(5), 100);
    var encoder = GradientCodec.of(compression).encoder(100);
    byte[] encoded = GradientCodec.of(compression).encoder(100).encode(gradient, 0);
    var decoder = GradientCodec.of(compression).decoder();

    assertThatThrownBy(() -> encoder.encode(gradient, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> encoder.encode(gradient, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(encoder.encode(gradient, 0)).containsExactly(encoded);

    float[] into = gradient.clone();
    assertThatThrownBy(() -> decoder.decode(encoded, into, 1, 100))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(into).containsExactly(gradient);
  }

  @ParameterizedTest
  @MethodSource(LOSSY)
  void countsWhatIsNoNumberAsZeroAndForgetsIt(Compression compression) {
    float infinite = Float.POSITIVE_INFINITY;
    var encoder = GradientCodec.of(compression).encoder(4);
    float[] first = CompressionSamples.decoded(
        compression, encoder.encode(new float[] {Float.NaN, 1, infinite, -infinite}, 0), 4);
    float[] second =
        CompressionSamples.decoded(compression, encoder.encode(new float[] {2, 2, 2, 2}, 0), 4);

    assertThat(first).doesNotContain(Float.NaN, infinite, -infinite);
    assertThat(second).doesNotContain(Float.NaN, infinite, -infinite);
    assertThat(sum(first) + sum(second)).isPositive();
  }

  @ParameterizedTest
  @MethodSource(LOSSY)
  void staysFiniteWithTheLargestNumbers(Compression compression) {
    var encoder = GradientCodec.of(compression).encoder(2);
    for (int round = 0; round < 10; round++) {
      byte[] encoded = encoder.encode(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE}, 0);
      for (float number : CompressionSamples.decoded(compression, encoded, 2)) {
        assertThat(number).isFinite();
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void isAValueThatSurvivesSerialization(Compression compression) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(compression);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(compression).isNotSameAs(compression);
    }
  }

  @Test
  void refusesLengthsThatNoEncodingHas() {
    CompressionSamples.all().forEach(compression -> {
      assertThatThrownBy(() -> GradientCodec.of(compression).encoder(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("0 numbers", "1 to 268435456");
      assertThatThrownBy(() -> GradientCodec.of(compression).encoder(-1))
          .hasMessageContaining("-1 numbers");
      assertThatThrownBy(() -> GradientCodec.of(compression).encoder((1 << 28) + 1))
          .hasMessageContaining("268435457 numbers");
    });
  }

  private static double sum(float[] numbers) {
    double sum = 0;
    for (float number : numbers) {
      sum += number;
    }
    return sum;
  }
}
