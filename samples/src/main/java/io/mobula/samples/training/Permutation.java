package io.mobula.samples.training;

/**
 * The numbers from 0 to below {@code size} in an order that a seed decides, each looked up by
 * itself: no array is shuffled or kept. Pure.
 *
 * <p>A small Feistel network puts the numbers below a power of four in another order; what it takes
 * beyond {@code size} goes through it again until it is within (Black and Rogaway, <em>Ciphers with
 * arbitrary finite domains</em>, 2002): on average fewer than four times.
 *
 * @param size how many numbers, at most 2^30
 * @param seed decides the order
 */
record Permutation(int size, long seed) {
  private static final int ROUNDS = 4;

  Permutation {
    if (size < 1 || size > 1 << 30) {
      throw new IllegalArgumentException("Wanted an order of " + size + " numbers: 1 to 2^30 go.");
    }
  }

  /** The number at a place of the order. */
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

  /** Spreads every bit over all others: the finalizer of SplitMix64 (Steele et al., 2014). */
  private static long mixed(long bits, int round) {
    long z = bits * ROUNDS + round;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
