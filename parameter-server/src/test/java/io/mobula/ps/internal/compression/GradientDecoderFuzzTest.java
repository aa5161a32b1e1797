package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.compression.Compression;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientDecoderFuzzTest {
  private static final int[] LENGTHS = {1, 2, 7, 8, 9, 255, 257, 1_023, 1_024, 1_025, 2_500};
  private static final int ROUNDS = 10_000;
  private static final float[] GUARD = {1.25f, 2.5f, 5, 10, 20, 40, 80, 160};

  @ParameterizedTest
  @MethodSource("io.mobula.ps.internal.compression.CompressionSamples#all")
  void refusesEveryOtherNumberOfBytes(Compression compression) {
    for (float[] gradient :
        new float[][] {CompressionSamples.normal(new Random(41), 300), new float[300]}) {
      byte[] encoded = GradientCodec.of(compression).encoder(300).encode(gradient, 0);
      for (int bytes = 0; bytes <= encoded.length + 9; bytes++) {
        if (bytes != encoded.length) {
          byte[] other = Arrays.copyOf(encoded, bytes);
          assertThatThrownBy(() -> CompressionSamples.decoded(compression, other, 300))
              .as("%d bytes of %d", bytes, encoded.length)
              .isInstanceOf(CompressedFormatException.class);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.mobula.ps.internal.compression.CompressionSamples#all")
  void refusesOrReadsWhateverTheBytesAreAndWritesNowhereElse(Compression compression) {
    long seed = System.nanoTime();
    System.out.println("GradientDecoderFuzzTest of " + compression + " seed " + seed);
    var random = new Random(seed);
    var decoder = GradientCodec.of(compression).decoder();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int length = LENGTHS[random.nextInt(LENGTHS.length)];
      byte[] bytes = altered(encoded(compression, length, random), random);
      float[] into = guarded(length);
      try {
        decoder.decode(bytes, into, GUARD.length, length);
      } catch (CompressedFormatException e) {
        refused++;
      }
      assertThat(guardsStand(into)).as("seed %d", seed).isTrue();
    }
    assertThat(refused).as("seed %d", seed).isBetween(ROUNDS / 10, ROUNDS - 1);
  }

  private static byte[] encoded(Compression compression, int length, Random random) {
    float[] gradient = CompressionSamples.normal(random, length);
    boolean sparse = random.nextBoolean();
    for (int i = 0; i < length; i++) {
      gradient[i] = sparse && i % 16 > 0 ? 0 : gradient[i];
    }
    return GradientCodec.of(compression).encoder(length).encode(gradient, 0);
  }

  private static byte[] altered(byte[] encoded, Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> Arrays.copyOf(encoded, random.nextInt(encoded.length));
      case 1 -> Arrays.copyOf(encoded, encoded.length + 1 + random.nextInt(40));
      case 2 -> withRandomBytes(encoded, random.nextInt(encoded.length), encoded.length, random);
      case 3 -> {
        int from = random.nextInt(encoded.length);
        yield withRandomBytes(encoded, from, Math.min(from + 4, encoded.length), random);
      }
      default -> withFlippedBits(encoded, 1 + random.nextInt(3), random);
    };
  }

  private static byte[] withRandomBytes(byte[] encoded, int from, int to, Random random) {
    for (int i = from; i < to; i++) {
      encoded[i] = (byte) random.nextInt();
    }
    return encoded;
  }

  private static byte[] withFlippedBits(byte[] encoded, int bits, Random random) {
    for (int i = 0; i < bits; i++) {
      encoded[random.nextInt(encoded.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }
    return encoded;
  }

  private static float[] guarded(int length) {
    float[] into = Arrays.copyOf(GUARD, GUARD.length + length + GUARD.length);
    System.arraycopy(GUARD, 0, into, GUARD.length + length, GUARD.length);
    return into;
  }

  private static boolean guardsStand(float[] into) {
    float[] tail = Arrays.copyOfRange(into, into.length - GUARD.length, into.length);
    return Arrays.equals(GUARD, Arrays.copyOf(into, GUARD.length)) && Arrays.equals(GUARD, tail);
  }
}
