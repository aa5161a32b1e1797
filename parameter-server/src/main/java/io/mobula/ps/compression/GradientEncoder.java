package io.mobula.ps.compression;

/**
 * One worker's side of a {@link Compression}, for one shard's range of numbers. Keeps what was not
 * sent and adds it to the next gradient, for which all but that of {@link Compression#none} hold
 * four bytes per number. For one thread.
 */
public interface GradientEncoder {

  /**
   * Encodes the next gradient, which is not changed.
   *
   * <p>Its numbers must be finite. With error feedback, one that is not, or that becomes so with
   * what was kept, counts as zero, and what was kept of it is lost.
   *
   * @param gradient the numbers
   * @param from the index of the first; as many follow as the encoder was made for
   * @return bytes that are the caller's, for {@link GradientDecoder#decode}
   * @throws IndexOutOfBoundsException when there are not that many; nothing is lost by that
   */
  byte[] encode(float[] gradient, int from);
}
