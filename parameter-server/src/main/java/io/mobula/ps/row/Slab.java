package io.mobula.ps.row;

import java.util.Arrays;

/**
 * Rows of floats, weights and after them the optimizer's state of each, that grow in number, in
 * arrays of some 64 KiB each, so that nothing is copied when they do. One thread.
 */
public final class Slab {
  private static final int FLOATS = 1 << 14;

  private final int width;
  private final int shift;
  private float[][] chunks = new float[0][];

  /** Of rows of that many numbers, none at first. */
  public Slab(int width) {
    this.width = width;
    this.shift = 31
        - Integer.numberOfLeadingZeros(Math.max(1, FLOATS / width)); // rows in a chunk, as a power
  }

  /** Has room for rows below that number, zeros at first. */
  public void reach(int rows) {
    int wanted = (rows + (1 << shift) - 1) >>> shift;
    int had = chunks.length;
    if (wanted > had) {
      chunks = Arrays.copyOf(chunks, Math.max(wanted, had + (had >> 1)));
      for (int i = had; i < chunks.length; i++) {
        chunks[i] = new float[width << shift];
      }
    }
  }

  /** The array that a row lies in. */
  public float[] chunk(int row) {
    return chunks[row >>> shift];
  }

  /** Where it begins there. */
  public int offset(int row) {
    return (row & ((1 << shift) - 1)) * width;
  }
}
