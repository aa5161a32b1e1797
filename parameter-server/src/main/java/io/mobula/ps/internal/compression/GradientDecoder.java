package io.mobula.ps.internal.compression;

/**
 * Decoder of a {@link GradientCodec}, used by shards. Stateless; safe for use by many threads.
 * Whatever the bytes are, it never writes outside the given range, and needs no more memory than a
 * small multiple of the range.
 */
@FunctionalInterface
public interface GradientDecoder {

  /**
   * Sets all numbers of a range to those that were sent, and to zero where none was.
   *
   * @param encoded the output of an encoder of the same compression and length; not changed
   * @param into the array that contains the range
   * @param at index of the first number of the range
   * @param length how many numbers the range has
   * @throws CompressedFormatException when the bytes are no such encoding; the contents of the
   *     range are undefined then
   * @throws IndexOutOfBoundsException when the array does not contain the range
   */
  void decode(byte[] encoded, float[] into, int at, int length);
}
