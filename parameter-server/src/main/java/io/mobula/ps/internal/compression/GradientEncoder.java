package io.mobula.ps.internal.compression;

/**
 * Encoder of a {@link GradientCodec} for one worker and one shard's range. Keeps what was not sent
 * and adds it to the next gradient; encoders of all compressions but {@link NoCompression} hold
 * four bytes per number for that. For one thread.
 */
public interface GradientEncoder {

  /**
   * Encodes the next gradient, which is not changed.
   *
   * <p>The numbers must be finite. With error feedback, a number that is not finite, or whose sum
   * with the kept part is not, counts as zero, and the kept part is lost.
   *
   * @param gradient the numbers
   * @param from index of the first number; the encoder's length gives their count
   * @return the bytes for {@link GradientDecoder#decode}; the caller may change them
   * @throws IndexOutOfBoundsException when the array does not contain that range; the encoder's
   *     state is unchanged then
   */
  byte[] encode(float[] gradient, int from);
}
