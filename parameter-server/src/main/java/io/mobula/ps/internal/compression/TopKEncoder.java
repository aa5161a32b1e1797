package io.mobula.ps.internal.compression;

import java.nio.ByteBuffer;

/** Encoder of {@link TopK}: sends the largest numbers of the sum of gradient and residual. */
final class TopKEncoder implements GradientEncoder {
  private final int length;
  private final ErrorResidual residual;
  private final int[] chosen;

  TopKEncoder(int length, int count) {
    this.length = length;
    this.residual = new ErrorResidual(length);
    this.chosen = new int[count];
  }

  @Override
  public byte[] encode(float[] gradient, int from) {
    float[] pending = residual.plus(gradient, from);
    int count = TopKThreshold.of(pending, chosen.length).choose(pending, chosen);
    int bodyBytes = Integer.BYTES + gapBytes(count) + count * Float.BYTES;
    return EncodingKind.TOP_K.encoded(length, bodyBytes, out -> {
      putGaps(count, out.putInt(count));
      putNumbers(count, pending, out);
    });
  }

  private int gapBytes(int count) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += Varint.bytes(gapBefore(i));
    }
    return bytes;
  }

  private void putGaps(int count, ByteBuffer out) {
    for (int i = 0; i < count; i++) {
      Varint.put(gapBefore(i), out);
    }
  }

  private void putNumbers(int count, float[] pending, ByteBuffer out) {
    for (int i = 0; i < count; i++) {
      out.putFloat(pending[chosen[i]]);
      pending[chosen[i]] = 0;
    }
  }

  private int gapBefore(int i) {
    return i == 0 ? chosen[0] : chosen[i] - chosen[i - 1] - 1;
  }
}
