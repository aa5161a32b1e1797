package io.mobula.jmh.ps;

import java.util.Random;

/**
 * Generator of keys with a Zipf distribution: the key of rank {@code r} has a probability
 * proportional to {@code r^-s}. It holds a table of the whole distribution.
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

  /** Returns {@code count} random keys. */
  long[] keys(int count) {
    var result = new long[count];
    for (int i = 0; i < count; i++) {
      double at = random.nextDouble() * upTo[upTo.length - 1];
      int rank = java.util.Arrays.binarySearch(upTo, at);
      // scatters neighbouring ranks
      result[i] = (rank < 0 ? -rank - 1 : rank) * 0x9e3779b97f4a7c15L;
    }
    return result;
  }
}
