package io.mobula.ps.internal.compression;

import java.nio.ByteBuffer;

/** Encoder of {@link EightBit}: rounds to the nearest step and keeps the rounding error. */
final class EightBitEncoder implements GradientEncoder {
  /**
   * Largest scale, chosen so that the largest float, divided and multiplied again, stays finite.
   */
  private static final float MAX_SCALE = Math.nextDown(Float.MAX_VALUE / EightBit.STEPS);

  private final int length;
  private final ErrorResidual residual;
  private final byte[] steps = new byte[EightBit.BLOCK];

  EightBitEncoder(int length) {
    this.length = length;
    this.residual = new ErrorResidual(length);
  }

  @Override
  public byte[] encode(float[] gradient, int from) {
    float[] pending = residual.plus(gradient, from);
    return EncodingKind.EIGHT_BIT.encoded(length, EightBit.bodyBytes(length), out -> {
      for (int start = 0; start < length; start += EightBit.BLOCK) {
        putBlock(pending, start, Math.min(EightBit.BLOCK, length - start), out);
      }
    });
  }

  private void putBlock(float[] pending, int start, int count, ByteBuffer out) {
    float scale = scale(pending, start, count);
    takeSteps(pending, start, count, scale);
    out.putFloat(scale).put(steps, 0, count);
  }

  /**
   * Returns the size of a step; 0 if its inverse would not be finite, so that nothing is sent yet.
   */
  private static float scale(float[] numbers, int start, int count) {
    float largest = 0;
    for (int i = start; i < start + count; i++) {
      largest = Math.max(largest, Math.abs(numbers[i]));
    }
    float scale = Math.min(MAX_SCALE, largest / EightBit.STEPS);
    return scale < Float.MIN_NORMAL ? 0 : scale;
  }

  /**
   * Rounds numbers to steps, in a loop that the JVM vectorizes, unlike one with {@code Math.round}.
   */
  private void takeSteps(float[] pending, int start, int count, float scale) {
    float inverse = scale == 0 ? 0 : 1 / scale;
    for (int i = 0; i < count; i++) {
      float step = (float) Math.rint(pending[start + i] * inverse);
      steps[i] = (byte) step;
      pending[start + i] -= step * scale;
    }
  }
}
