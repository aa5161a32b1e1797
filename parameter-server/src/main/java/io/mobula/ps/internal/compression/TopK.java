package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;
import static io.mobula.ps.internal.compression.CompressedFormatException.requireWithin;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Compression that sends only the numbers of largest magnitude.
 *
 * @param fraction fraction of the numbers that is sent, above 0 up to 1
 */
record TopK(double fraction) implements GradientCodec {
  @Override
  public GradientEncoder encoder(int length) {
    return new TopKEncoder(length, count(length));
  }

  /** Returns how many numbers are sent, computed in decimal so that 0.07 of 100 is 7, not 8. */
  int count(int length) {
    return BigDecimal.valueOf(fraction)
        .multiply(BigDecimal.valueOf(length))
        .setScale(0, RoundingMode.CEILING)
        .intValueExact();
  }

  @Override
  public GradientDecoder decoder() {
    return EncodingKind.TOP_K.decoder(TopK::read);
  }

  private static void read(ByteBuffer in, float[] into, int at, int length) {
    requireWithin("the bytes of the count", Integer.BYTES, Integer.MAX_VALUE, in.remaining());
    int count = in.getInt();
    int max = Math.min(length, in.remaining() / (1 + Float.BYTES));
    requireWithin("how many numbers are sent", 0, max, count);
    var values = in.slice(in.limit() - count * Float.BYTES, count * Float.BYTES).order(in.order());
    in.limit(in.limit() - values.limit());
    Arrays.fill(into, at, at + length, 0);
    scatter(in, values, into, at, at + length);
    requireSame("the bytes left after the indices", 0, in.remaining());
  }

  private static void scatter(ByteBuffer gaps, ByteBuffer values, float[] into, int at, int end) {
    int next = at;
    while (values.hasRemaining()) {
      int gap = Varint.get(gaps);
      requireWithin("how many indices are skipped", 0, end - next - 1, gap);
      into[next + gap] = values.getFloat();
      next += gap + 1;
    }
  }
}
