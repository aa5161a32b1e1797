package io.mobula.jmh.ps;

import java.util.Random;

/**
 * Keys of which few come often: that of rank {@code r} with a probability of {@code r^-s}, by a
 * table of the whole distribution.
 */
final class ZipfKeys {
  private final double[] upTo;
  private final Random random;

  ZipfKeys(int keys, double exponent, long seed) {
    this.upTo = new double[keys];
    double sum = 0;
    for (int rank = 1; rank <= keys; rank++) {
      sum += Math.pow(rank, -exponent);
      upTo[rank - 1] = sum;
    }
    this.random = new Random(seed);
  }

  /** So many keys, as they come. */
  long[] keys(int count) {
    var result = new long[count];
    for (int i = 0; i < count; i++) {
      double at = random.nextDouble() * upTo[upTo.length - 1];
      int rank = java.util.Arrays.binarySearch(upTo, at);
      result[i] =
          (rank < 0 ? -rank - 1 : rank) * 0x9e3779b97f4a7c15L; // neighbours are no neighbours
    }
    return result;
  }
}
