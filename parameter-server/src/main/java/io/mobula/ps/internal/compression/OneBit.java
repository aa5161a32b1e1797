package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;

import java.nio.ByteBuffer;

/** Compression to one bit per number: its sign. */
record OneBit() implements GradientCodec {
  /**
   * Count of numbers that share two means; a multiple of eight. In smaller blocks, large numbers
   * raise the means sooner: with 1024 numbers, more than twice as much is kept back, at a saving of
   * a fifth of a bit.
   */
  static final int BLOCK = 256;

  @Override
  public GradientEncoder encoder(int length) {
    return new OneBitEncoder(length);
  }

  @Override
  public GradientDecoder decoder() {
    return EncodingKind.ONE_BIT.decoder(OneBit::read);
  }

  static int bodyBytes(int length) {
    return Math.ceilDiv(length, BLOCK) * 2 * Float.BYTES + Math.ceilDiv(length, Byte.SIZE);
  }

  private static void read(ByteBuffer in, float[] into, int at, int length) {
    requireSame("the bytes of all blocks", bodyBytes(length), in.remaining());
    for (int start = 0; start < length; start += BLOCK) {
      readBlock(in, into, at + start, Math.min(BLOCK, length - start));
    }
  }

  private static void readBlock(ByteBuffer in, float[] into, int at, int length) {
    float[] means = {in.getFloat(), in.getFloat()};
    for (int start = 0; start < length; start += Byte.SIZE) {
      int signs = in.get();
      int max = Math.min(Byte.SIZE, length - start);
      for (int bit = 0; bit < max; bit++) {
        into[at + start + bit] = means[signs >>> bit & 1];
      }
    }
  }
}
