package io.mobula.ps.compression;

import static io.mobula.ps.compression.CompressedFormatException.requireSame;

import java.nio.ByteBuffer;

/** The compression that does nothing: floats, as they are. */
record Uncompressed() implements Compression {

  @Override
  public Encoder encoder(int length) {
    int bodyBytes = Kind.requireLength(length) * Float.BYTES;
    return (gradient, from) -> Kind.NONE.encoded(
        length, bodyBytes, out -> out.asFloatBuffer().put(gradient, from, length));
  }

  @Override
  public Decoder decoder() {
    return Kind.NONE.decoder(Uncompressed::read);
  }

  private static void read(ByteBuffer in, float[] into, int at, int length) {
    requireSame("the bytes of all numbers", length * Float.BYTES, in.remaining());
    in.asFloatBuffer().get(into, at, length);
  }
}
