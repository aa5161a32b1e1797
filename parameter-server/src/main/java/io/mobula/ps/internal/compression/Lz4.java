package io.mobula.ps.internal.compression;

import static io.mobula.ps.internal.compression.CompressedFormatException.requireSame;
import static io.mobula.ps.internal.compression.CompressedFormatException.requireWithin;

import java.nio.ByteBuffer;
import java.util.Objects;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Compression of another compression's encodings by LZ4.
 *
 * @param inner the other encoding
 */
record Lz4(GradientCodec inner) implements GradientCodec {
  static final int PREFIX_BYTES = 1 + Integer.BYTES;

  /** Forms in which an inner encoding is stored. */
  static final byte STORED = 0;

  static final byte COMPRESSED = 1;
  static final byte COMPRESSED_PLANES = 2;

  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.safeInstance().safeDecompressor();

  Lz4 {
    Objects.requireNonNull(inner, "inner");
  }

  @Override
  public GradientEncoder encoder(int length) {
    return new Lz4Encoder(length, inner.encoder(length));
  }

  @Override
  public GradientDecoder decoder() {
    var decoder = inner.decoder();
    return EncodingKind.LZ4.decoder(
        (in, into, at, length) -> decoder.decode(unpacked(in, maxBytes(length)), into, at, length));
  }

  /**
   * Returns an upper bound on the size of an inner encoding, so that altered bytes cannot demand
   * all memory.
   */
  private static int maxBytes(int length) {
    return 32 + length * (1 + Float.BYTES);
  }

  private static byte[] unpacked(ByteBuffer in, int maxBytes) {
    requireWithin("the bytes of form and size", PREFIX_BYTES, Integer.MAX_VALUE, in.remaining());
    byte form = in.get();
    int size = in.getInt();
    requireWithin("the size of the inner encoding", 0, maxBytes, size);
    return switch (form) {
      case STORED -> stored(in, size);
      case COMPRESSED -> decompressed(in, size);
      case COMPRESSED_PLANES -> BytePlanes.join(decompressed(in, size));
      default -> throw CompressedFormatException.of("0, 1 or 2 as the form", form);
    };
  }

  private static byte[] stored(ByteBuffer in, int size) {
    requireSame("the bytes of the inner encoding", size, in.remaining());
    var bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  private static byte[] decompressed(ByteBuffer in, int size) {
    var bytes = new byte[size];
    try {
      int there = DECOMPRESSOR.decompress(
          in, in.position(), in.remaining(), ByteBuffer.wrap(bytes), 0, size);
      requireSame("the size of the inner encoding", size, there);
    } catch (LZ4Exception e) {
      throw CompressedFormatException.of("an LZ4 block of " + size + " bytes", "another", e);
    }
    return bytes;
  }
}
