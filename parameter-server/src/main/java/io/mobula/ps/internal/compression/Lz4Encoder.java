package io.mobula.ps.internal.compression;

import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/**
 * Encoder of {@link Lz4}: compresses the output of another encoder, in plain order or by byte
 * planes, or stores it unchanged if that is shorter.
 */
final class Lz4Encoder implements GradientEncoder {
  private static final int SAMPLE_BYTES = 1 << 16;
  private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();

  private final int length;
  private final GradientEncoder inner;

  Lz4Encoder(int length, GradientEncoder inner) {
    this.length = length;
    this.inner = inner;
  }

  @Override
  public byte[] encode(float[] gradient, int from) {
    byte[] plain = inner.encode(gradient, from);
    boolean planes = planesHelp(plain);
    byte[] packed = COMPRESSOR.compress(planes ? BytePlanes.split(plain) : plain);
    if (packed.length >= plain.length) {
      return framed(Lz4.STORED, plain.length, plain);
    }
    return framed(planes ? Lz4.COMPRESSED_PLANES : Lz4.COMPRESSED, plain.length, packed);
  }

  /**
   * Returns whether byte planes compress better, tried on the last bytes, which are numbers in
   * every format. Planes take 7 percent off dense floats that LZ4 alone cannot shorten, but nearly
   * double the size of scattered zeros.
   */
  private static boolean planesHelp(byte[] plain) {
    byte[] sample =
        Arrays.copyOfRange(plain, Math.max(0, plain.length - SAMPLE_BYTES), plain.length);
    return COMPRESSOR.compress(BytePlanes.split(sample)).length
        < COMPRESSOR.compress(sample).length;
  }

  private byte[] framed(byte form, int size, byte[] bytes) {
    return EncodingKind.LZ4.encoded(
        length,
        Lz4.PREFIX_BYTES + bytes.length,
        out -> out.put(form).putInt(size).put(bytes));
  }
}
