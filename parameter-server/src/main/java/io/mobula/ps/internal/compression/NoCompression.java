package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;

import java.nio.ByteBuffer;

/** Compression that sends floats unchanged. */
record NoCompression() implements GradientCodec {

  @Override
  public GradientEncoder encoder(int length) {
    int bodyBytes = EncodingKind.requireLength(length) * Float.BYTES;
    return (gradient, from) -> EncodingKind.NONE.encoded(
        length, bodyBytes, out -> out.asFloatBuffer().put(gradient, from, length));
  }

  @Override
  public GradientDecoder decoder() {
    return EncodingKind.NONE.decoder(NoCompression::read);
  }

  private static void read(ByteBuffer in, float[] into, int at, int length) {
    requireSame("the bytes of all numbers", length * Float.BYTES, in.remaining());
    in.asFloatBuffer().get(into, at, length);
  }
}
