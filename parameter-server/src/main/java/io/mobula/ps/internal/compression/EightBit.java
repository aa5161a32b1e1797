package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;

import java.nio.ByteBuffer;

/** Compression to one byte per number: a multiple of its block's scale. */
record EightBit() implements GradientCodec {
  /** Count of numbers with one scale; small, so that one large number coarsens few others. */
  static final int BLOCK = 1024;

  /** Number of steps from 0 to the largest magnitude of a block. */
  static final int STEPS = Byte.MAX_VALUE;

  @Override
  public GradientEncoder encoder(int length) {
    return new EightBitEncoder(length);
  }

  @Override
  public GradientDecoder decoder() {
    return EncodingKind.EIGHT_BIT.decoder(EightBit::read);
  }

  static int bodyBytes(int length) {
    return length + Math.ceilDiv(length, BLOCK) * Float.BYTES;
  }

  private static void read(ByteBuffer in, float[] into, int at, int length) {
    requireSame("the bytes of all blocks", bodyBytes(length), in.remaining());
    var steps = new byte[BLOCK];
    for (int start = 0; start < length; start += BLOCK) {
      float scale = in.getFloat();
      int count = Math.min(BLOCK, length - start);
      in.get(steps, 0, count);
      scale(steps, scale, into, at + start, count);
    }
  }

  private static void scale(byte[] steps, float scale, float[] into, int at, int count) {
    for (int i = 0; i < count; i++) {
      into[at + i] = steps[i] * scale;
    }
  }
}
