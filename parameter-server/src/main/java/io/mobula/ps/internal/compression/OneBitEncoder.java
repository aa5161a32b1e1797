package io.mobula.ps.internal.compression;

import java.nio.ByteBuffer;

/**
 * Encoder of {@link OneBit}: sends signs, and keeps the difference of each number from the mean
 * that its sign stands for. The mean is the single value that minimizes these differences.
 */
final class OneBitEncoder implements GradientEncoder {
  private final int length;
  private final ErrorResidual residual;

  OneBitEncoder(int length) {
    this.length = length;
    this.residual = new ErrorResidual(length);
  }

  @Override
  public byte[] encode(float[] gradient, int from) {
    float[] pending = residual.plus(gradient, from);
    return EncodingKind.ONE_BIT.encoded(length, OneBit.bodyBytes(length), out -> {
      for (int start = 0; start < length; start += OneBit.BLOCK) {
        putBlock(pending, start, Math.min(OneBit.BLOCK, length - start), out);
      }
    });
  }

  private static void putBlock(float[] pending, int start, int length, ByteBuffer out) {
    float[] means = means(pending, start, length);
    out.putFloat(means[0]).putFloat(means[1]);
    for (int i = start; i < start + length; i += Byte.SIZE) {
      out.put(putSigns(pending, i, Math.min(Byte.SIZE, start + length - i), means));
    }
  }

  /**
   * Returns the mean of the numbers from zero on, and that of those below; zero for an empty set.
   */
  private static float[] means(float[] numbers, int start, int length) {
    var sums = new double[2];
    var counts = new int[2];
    for (int i = start; i < start + length; i++) {
      int sign = sign(numbers[i]);
      sums[sign] += numbers[i];
      counts[sign]++;
    }
    return new float[] {mean(sums[0], counts[0]), mean(sums[1], counts[1])};
  }

  private static float mean(double sum, int count) {
    return (float) (sum / Math.max(1, count));
  }

  private static byte putSigns(float[] pending, int start, int length, float[] means) {
    int signs = 0;
    for (int bit = 0; bit < length; bit++) {
      int sign = sign(pending[start + bit]);
      signs |= sign << bit;
      pending[start + bit] -= means[sign];
    }
    return (byte) signs;
  }

  private static int sign(float number) {
    return Float.floatToRawIntBits(number) >>> (Integer.SIZE - 1);
  }
}
