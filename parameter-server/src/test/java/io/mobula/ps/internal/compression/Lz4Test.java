package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.compression.Compression;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Lz4Test {
  private static final int LENGTH = 50_000;
  private static final int FORM_AT = 5;

  @ParameterizedTest
  @MethodSource("io.mobula.ps.internal.compression.CompressionSamples#all")
  void losesNothingOnTop(Compression compression) {
    var random = new Random(21);
    var plain = GradientCodec.of(compression).encoder(LENGTH);
    var packed = GradientCodec.of(compression.lz4()).encoder(LENGTH);
    for (int round = 0; round < 5; round++) {
      float[] gradient =
          round % 2 == 0 ? CompressionSamples.normal(random, LENGTH) : sparse(random);

      assertThat(CompressionSamples.decoded(compression.lz4(), packed.encode(gradient, 0), LENGTH))
          .isEqualTo(CompressionSamples.decoded(compression, plain.encode(gradient, 0), LENGTH));
    }
  }

  @Test
  void shortensDenseFloatsByPlanes() {
    byte[] encoded = encoded(Compression.none(), CompressionSamples.normal(new Random(22), LENGTH));

    assertThat(encoded[FORM_AT]).isEqualTo(Lz4.COMPRESSED_PLANES);
    assertThat(encoded.length).isLessThan(LENGTH * Float.BYTES * 95 / 100);
  }

  @Test
  void shortensScatteredZerosAsTheyAre() {
    byte[] encoded = encoded(Compression.none(), sparse(new Random(23)));

    assertThat(encoded[FORM_AT]).isEqualTo(Lz4.COMPRESSED);
    assertThat(encoded.length).isLessThan(LENGTH * Float.BYTES / 4);
  }

  @Test
  void storesWhatItCannotShorten() {
    float[] gradient = CompressionSamples.normal(new Random(24), LENGTH);
    byte[] plain = GradientCodec.of(Compression.eightBit()).encoder(LENGTH).encode(gradient, 0);
    byte[] encoded = encoded(Compression.eightBit(), gradient);

    assertThat(encoded[FORM_AT]).isEqualTo(Lz4.STORED);
    assertThat(encoded).hasSize(plain.length + EncodingKind.HEADER_BYTES + Lz4.PREFIX_BYTES);
  }

  @Test
  void isTheSameOnTopOfItself() {
    var once = Compression.eightBit().lz4();

    assertThat(once.lz4()).isEqualTo(once);
    assertThat(once).isNotEqualTo(Compression.eightBit());
  }

  @Test
  void refusesASizeThatNoInnerEncodingHas() {
    byte[] encoded = encoded(Compression.none(), sparse(new Random(25)));
    for (int size : new int[] {-1, Integer.MAX_VALUE, LENGTH * 5 + 33, LENGTH * 4 + 4}) {
      ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).putInt(FORM_AT + 1, size);

      assertThatThrownBy(
              () -> CompressionSamples.decoded(Compression.none().lz4(), encoded, LENGTH))
          .as("size %d", size)
          .isInstanceOf(CompressedFormatException.class);
    }
  }

  @Test
  void refusesAnUnknownForm() {
    byte[] encoded = encoded(Compression.oneBit(), sparse(new Random(26)));
    encoded[FORM_AT] = 3;

    assertThatThrownBy(
            () -> CompressionSamples.decoded(Compression.oneBit().lz4(), encoded, LENGTH))
        .isInstanceOf(CompressedFormatException.class)
        .hasMessageContaining("0, 1 or 2 as the form")
        .hasMessageContaining("there was 3");
  }

  @Test
  void putsBytesOfOneRankSideBySide() {
    byte[] planes = BytePlanes.split(new byte[] {1, 2, 3, 4, 11, 12, 13, 14, 21, 22});

    assertThat(planes).containsExactly(1, 11, 21, 2, 12, 22, 3, 13, 4, 14);
    assertThat(BytePlanes.join(planes)).containsExactly(1, 2, 3, 4, 11, 12, 13, 14, 21, 22);
  }

  private static byte[] encoded(Compression inner, float[] gradient) {
    return GradientCodec.of(inner.lz4()).encoder(gradient.length).encode(gradient, 0);
  }

  private static float[] sparse(Random random) {
    float[] gradient = CompressionSamples.normal(random, LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      gradient[i] = random.nextInt(10) == 0 ? gradient[i] : 0;
    }
    return gradient;
  }
}
