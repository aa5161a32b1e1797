package io.mobula.ps.internal.compression;

import io.mobula.ps.compression.Compression;

/**
 * Encoding of gradients by a {@link Compression}: makes the encoders of workers and the decoders of
 * shards. Immutable.
 */
public sealed interface GradientCodec permits NoCompression, TopK, EightBit, OneBit, Lz4 {
  /** Returns the encoding by a compression. */
  static GradientCodec of(Compression compression) {
    var codec = switch (compression.method()) {
      case NONE -> new NoCompression();
      case TOP_K -> new TopK(compression.fraction());
      case EIGHT_BIT -> new EightBit();
      case ONE_BIT -> new OneBit();
    };
    return compression.followedByLz4() ? new Lz4(codec) : codec;
  }

  /**
   * Creates an encoder for one worker's gradients of one range.
   *
   * @param length how many numbers the range has, from 1 to 2<sup>28</sup>
   * @throws IllegalArgumentException when the length is out of these bounds
   */
  GradientEncoder encoder(int length);

  /** Returns the decoder for the output of all such encoders. */
  GradientDecoder decoder();
}
