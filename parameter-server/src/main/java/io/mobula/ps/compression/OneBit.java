package io.mobula.ps.compression;

import static io.mobula.ps.compression.CompressedFormatException.requireSame;

import java.nio.ByteBuffer;

/** The compression to one bit per number: on which side of zero it is. */
record OneBit() implements Compression {
  /**
   * Numbers with the same two means; a multiple of eight. The fewer, the sooner large ones among
   * them raise the means: with 1024, more than twice as much is kept back, for a fifth of a bit
   * less.
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
      int most = Math.min(Byte.SIZE, length - start);
      for (int bit = 0; bit < most; bit++) {
        into[at + start + bit] = means[signs >>> bit & 1];
      }
    }
  }
}
