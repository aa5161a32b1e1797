package io.mobula.ps.compression;

/**
 * A shard's side of a {@link Compression}. Stateless, safe for use by many threads. Never writes
 * outside the range it was given, nor needs memory beyond a small multiple of it, whatever the
 * bytes are.
 */
@FunctionalInterface
public interface GradientDecoder {

  /**
   * Sets all numbers of a range to what was sent, and to zero where nothing was.
   *
   * @param encoded what an encoder of the same compression and length made; not changed
   * @param into where the range is
   * @param at the index of its first number
   * @param length how many numbers it has
   * @throws CompressedFormatException when the bytes are no such encoding; the range may then hold
   *     anything
   * @throws IndexOutOfBoundsException when there is no such range
   */
  void decode(byte[] encoded, float[] into, int at, int length);
}
