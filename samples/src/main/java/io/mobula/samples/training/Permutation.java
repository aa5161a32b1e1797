package io.mobula.samples.training;

/**
 * Permutation of the numbers from 0 to below {@code size} that a seed determines. Each number is
 * computed separately, without shuffling or storing an array. Pure functions.
 *
 * <p>A small Feistel network permutes the numbers below a power of four; a result that is not below
 * {@code size} is permuted again until it is (Black and Rogaway, <em>Ciphers with arbitrary finite
 * domains</em>, 2002): on average fewer than four times.
 *
 * @param size how many numbers, at most 2^30
 * @param seed determines the order
 */
record Permutation(int size, long seed) {
  private static final int ROUNDS = 4;

  Permutation {
    if (size < 1 || size > 1 << 30) {
      throw new IllegalArgumentException("Wanted an order of " + size + " numbers: 1 to 2^30 go.");
    }
  }

  /** Returns the number at a position of the order. */
  int at(int place) {
    int half = (Integer.SIZE - Integer.numberOfLeadingZeros(size - 1) + 1) / 2;
    int at = crossed(place, half);
    while (at >= size) {
      at = crossed(at, half);
    }
    return at;
  }

  private int crossed(int number, int half) {
    int mask = (1 << half) - 1;
    int left = number >>> half;
    int right = number & mask;
    for (int round = 0; round < ROUNDS; round++) {
      int next = left ^ ((int) mixed(seed + right, round) & mask);
      left = right;
      right = next;
    }
    return left << half | right;
  }

  /** Mixes every bit into all others with the finalizer of SplitMix64 (Steele et al., 2014). */
  private static long mixed(long bits, int round) {
    long z = bits * ROUNDS + round;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
