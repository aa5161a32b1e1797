package io.mobula.ps.compression;

import java.io.Serializable;
import java.util.Objects;

/**
 * Compression of gradients on their way to the shards. Immutable and serializable; a table's
 * workers and shards share it.
 *
 * <p>A lossy compression (all but {@link #none}, with or without LZ4, and a top-k of everything)
 * adds what it leaves out of a gradient to the next one (error feedback: Seide et al., <em>1-Bit
 * Stochastic Gradient Descent and its Application to Data-Parallel Distributed Training of Speech
 * DNNs</em>, Interspeech 2014; Karimireddy et al., <em>Error Feedback Fixes SignSGD</em>, ICML
 * 2019). The sum of what arrives therefore follows the sum of the gradients, a few steps late.
 *
 * @param method which numbers are sent, and how
 * @param fraction fraction of the numbers that is sent, above 0, up to 1; 1 for all methods but
 *     {@link Method#TOP_K}
 * @param followedByLz4 whether lossless LZ4 compresses the result
 */
public record Compression(Method method, double fraction, boolean followedByLz4)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Method that decides which numbers are sent, and in how many bits. */
  public enum Method {
    /** All numbers, in the four bytes that they have. */
    NONE,
    /** The numbers of largest magnitude, in the four bytes that they have. */
    TOP_K,
    /** All numbers, in eight bits each. */
    EIGHT_BIT,
    /** All numbers, in one bit each. */
    ONE_BIT
  }

  /** Refuses fractions that are not above 0 and up to 1, such as NaN. */
  public Compression {
    Objects.requireNonNull(method, "method");
    boolean sensible = fraction > 0 && fraction <= 1;
    if (!sensible) {
      throw new IllegalArgumentException("Wanted the fraction " + fraction
          + " of all numbers to be sent: it must be above 0, up to 1, as 0.01 is.");
    }
  }

  /** Returns the compression that sends numbers unchanged, four bytes each. */
  public static Compression none() {
    return new Compression(Method.NONE, 1, false);
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
  public static Compression topK(double fraction) {
    return new Compression(Method.TOP_K, fraction, false);
  }

  /**
   * Returns the compression to one byte for each number: the nearest step of a linear scale between
   * plus and minus the largest magnitude of its block.
   */
  public static Compression eightBit() {
    return new Compression(Method.EIGHT_BIT, 1, false);
  }

  /**
   * Returns the compression to one bit for each number, and a quarter of a bit for its block: the
   * sign, which stands for the mean of all numbers of that sign in the block (Seide et al. 2014).
   * Numbers that stay far above the mean arrive later than with any other compression.
   */
  public static Compression oneBit() {
    return new Compression(Method.ONE_BIT, 1, false);
  }

  /**
   * Returns this compression followed by lossless LZ4. It pays off where many numbers are zero or
   * equal; it takes a tenth off dense gradients and off {@link #topK}, and hardly anything off the
   * others. To apply it twice gains nothing and changes nothing.
   */
  public Compression lz4() {
    return new Compression(method, fraction, true);
  }
}
