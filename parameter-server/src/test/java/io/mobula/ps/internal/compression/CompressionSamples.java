package io.mobula.ps.internal.compression;

import io.mobula.ps.compression.Compression;
import java.util.Random;
import java.util.stream.Stream;

/** Fixtures of the compression tests: the compressions, gradients, and decoding in one call. */
final class CompressionSamples {
  private CompressionSamples() {}

  static Stream<Compression> all() {
    return Stream.concat(Stream.of(Compression.none()), lossy())
        .flatMap(each -> Stream.of(each, each.lz4()));
  }

  static Stream<Compression> lossy() {
    return Stream.of(Compression.topK(0.1), Compression.eightBit(), Compression.oneBit());
  }

  static float[] normal(Random random, int length) {
    var numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  static float[] decoded(Compression compression, byte[] encoded, int length) {
    var numbers = new float[length];
    GradientCodec.of(compression).decoder().decode(encoded, numbers, 0, length);
    return numbers;
  }

  /** Encodes and decodes a first gradient. */
  static float[] sent(Compression compression, float... gradient) {
    int length = gradient.length;
    return decoded(
        compression, GradientCodec.of(compression).encoder(length).encode(gradient, 0), length);
  }
}
