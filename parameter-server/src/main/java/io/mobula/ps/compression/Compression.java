package io.mobula.ps.compression;

import java.io.Serializable;

/**
 * Compression of gradients on their way to the shards. Immutable and serializable; a table's
 * workers and shards share it.
 *
 * <p>All compressions but {@link #none} lose some information of each gradient and add it to the
 * next one (error feedback: Seide et al., <em>1-Bit Stochastic Gradient Descent and its Application
 * to Data-Parallel Distributed Training of Speech DNNs</em>, Interspeech 2014; Karimireddy et al.,
 * <em>Error Feedback Fixes SignSGD</em>, ICML 2019). The sum of what arrives therefore follows the
 * sum of the gradients, a few steps late.
 */
public sealed interface Compression extends Serializable
    permits NoCompression, TopK, EightBit, OneBit, Lz4 {

  /** Returns the compression that sends numbers unchanged, four bytes each. */
  static Compression none() {
    return new NoCompression();
  }

  /**
   * Returns the compression that sends only the {@code fraction * length} numbers of largest
   * magnitude, rounded up, with their indices: 5 to 6 bytes for each. Zeros are never sent (Aji and
   * Heafield, <em>Sparse Communication for Distributed Gradient Descent</em>, EMNLP 2017; Stich et
   * al., <em>Sparsified SGD with Memory</em>, NeurIPS 2018).
   *
   * <p>A small number accumulates for about {@code 1 / fraction} steps before it is sent. With
   * momentum on the shards, or a fraction far below 0.01, that may need a lower learning rate at
   * first (Lin et al., <em>Deep Gradient Compression</em>, ICLR 2018).
   *
   * @param fraction above 0, up to 1
   * @throws IllegalArgumentException when the fraction is out of these bounds
   */
  static Compression topK(double fraction) {
    return new TopK(fraction);
  }

  /**
   * Returns the compression to one byte for each number: the nearest step of a linear scale between
   * plus and minus the largest magnitude of its block.
   */
  static Compression eightBit() {
    return new EightBit();
  }

  /**
   * Returns the compression to one bit for each number, and a quarter of a bit for its block: the
   * sign, which stands for the mean of all numbers of that sign in the block (Seide et al. 2014).
   * Numbers that stay far above the mean arrive later than with any other compression.
   */
  static Compression oneBit() {
    return new OneBit();
  }

  /**
   * Returns this compression followed by lossless LZ4. It pays off where many numbers are zero or
   * equal; it takes a tenth off dense gradients and off {@link #topK}, and hardly anything off the
   * others.
   */
  default Compression lz4() {
    return new Lz4(this);
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
