package io.mobula.ps.compression;

import java.io.Serializable;

/**
 * How gradients are made smaller on their way. A value: serializable, the same for all workers of a
 * table and for its shards.
 *
 * <p>All but {@link #none} lose something with each gradient, and keep what they lost for the next
 * (error feedback: Seide et al., <em>1-Bit Stochastic Gradient Descent and its Application to
 * Data-Parallel Distributed Training of Speech DNNs</em>, Interspeech 2014; Karimireddy et al.,
 * <em>Error Feedback Fixes SignSGD</em>, ICML 2019). So the sum of what arrives follows the sum of
 * the gradients, some steps late.
 */
public sealed interface Compression extends Serializable
    permits NoCompression, TopK, EightBit, OneBit, Lz4 {

  /** The numbers as they are, four bytes each. */
  static Compression none() {
    return new NoCompression();
  }

  /**
   * Only the {@code fraction * length} numbers of largest magnitude, rounded up, with their
   * indices: 5 to 6 bytes for each of them. Zeros are never sent (Aji and Heafield, <em>Sparse
   * Communication for Distributed Gradient Descent</em>, EMNLP 2017; Stich et al., <em>Sparsified
   * SGD with Memory</em>, NeurIPS 2018).
   *
   * <p>A small number waits about {@code 1 / fraction} steps until it is sent, all of it at once.
   * With momentum on the shards, or a fraction far below 0.01, that may need a lower learning rate
   * at first (Lin et al., <em>Deep Gradient Compression</em>, ICLR 2018).
   *
   * @param fraction above 0, up to 1
   * @throws IllegalArgumentException when the fraction is another
   */
  static Compression topK(double fraction) {
    return new TopK(fraction);
  }

  /**
   * One byte for each number: the nearest step of an even scale, from minus the largest magnitude
   * of its block to plus that.
   */
  static Compression eightBit() {
    return new EightBit();
  }

  /**
   * One bit for each number, and a quarter for its block: its sign, which stands for the mean of
   * all numbers of that sign in the block (Seide et al. 2014). Numbers that stay far above the mean
   * arrive later than with any other compression.
   */
  static Compression oneBit() {
    return new OneBit();
  }

  /**
   * What this makes, compressed without loss on top. Worth its time where many numbers are zero or
   * equal; of dense gradients and of {@link #topK} it takes a tenth, of others hardly anything.
   */
  default Compression lz4() {
    return new Lz4(this);
  }

  /**
   * Begins to encode one worker's gradients for one range of numbers.
   *
   * @param length how many numbers the range has, from 1 to 2<sup>28</sup>
   * @throws IllegalArgumentException when the length is another
   */
  GradientEncoder encoder(int length);

  /** What reads the encodings of all such encoders. */
  GradientDecoder decoder();
}
