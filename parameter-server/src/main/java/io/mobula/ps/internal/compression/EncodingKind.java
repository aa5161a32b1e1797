package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;
import static io.mobula.ps.internal.compression.CompressedFormatException.requireWithin;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Consumer;

/** Kind of an encoding, as written in its header. */
enum EncodingKind {
  NONE(1),
  TOP_K(2),
  EIGHT_BIT(3),
  ONE_BIT(4),
  LZ4(5);

  /** Largest count of numbers, so that an encoding of any kind fits an array. */
  static final int MAX_NUMBERS = 1 << 28;

  static final int HEADER_BYTES = 1 + Integer.BYTES;
  private static final int VERSION = 1;

  private final byte code;

  EncodingKind(int number) {
    this.code = (byte) (VERSION << 4 | number);
  }

  /** Decoder of an encoding's body, from the buffer's position to its limit. */
  @FunctionalInterface
  interface BodyDecoder {
    void read(ByteBuffer in, float[] into, int at, int length);
  }

  /** Returns the length if an encoder can have it; throws otherwise. */
  static int requireLength(int length) {
    if (length < 1 || length > MAX_NUMBERS) {
      throw new IllegalArgumentException("Wanted an encoder for " + length
          + " numbers: it can be for 1 to " + MAX_NUMBERS + ". Use more shards, or fewer.");
    }
    return length;
  }

  /** Creates an encoding: writes the header, then lets {@code body} fill the rest. */
  byte[] encoded(int length, int bodyBytes, Consumer<ByteBuffer> body) {
    var bytes = new byte[HEADER_BYTES + bodyBytes];
    body.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).put(code).putInt(length));
    return bytes;
  }

  /** Creates a decoder of this kind: checks the range and the header, then decodes the body. */
  GradientDecoder decoder(BodyDecoder bodyDecoder) {
    return (encoded, into, at, length) -> {
      Objects.checkFromIndexSize(at, length, into.length);
      bodyDecoder.read(open(encoded, length), into, at, length);
    };
  }

  private ByteBuffer open(byte[] encoded, int length) {
    requireWithin("how many bytes there are", HEADER_BYTES, Integer.MAX_VALUE, encoded.length);
    var in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    requireSame("the byte of kind " + this, code, in.get());
    requireSame("the length", length, in.getInt());
    requireWithin("the length", 1, MAX_NUMBERS, length);
    return in;
  }
}
