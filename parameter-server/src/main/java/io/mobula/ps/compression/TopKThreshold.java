package io.mobula.ps.compression;

/**
 * The magnitude that parts the largest numbers of a vector from the rest, exactly.
 *
 * <p>Found as a radix sort would find it, highest bits first, but following one bucket only: three
 * passes that count, the later ones only what has the bits found so far. Unlike that of
 * quickselect, the cost does not depend on the order of the numbers, nor on how many are equal.
 *
 * @param magnitude the bits of a float without its sign; the larger a finite float, the larger they
 *     are
 * @param ties how many numbers of just that magnitude are among the largest
 */
record TopKThreshold(int magnitude, int ties) {

  /** That of the {@code count} largest, from 1 to all; zeros are never among them. */
  static TopKThreshold of(float[] numbers, int count) {
    var found = new TopKThreshold(0, count)
        .narrowed(numbers, 31, 20)
        .narrowed(numbers, 20, 10)
        .narrowed(numbers, 10, 0);
    return found.magnitude == 0 ? new TopKThreshold(0, 0) : found;
  }

  /** The same with the bits from {@code low} to below {@code high} found, too. */
  private TopKThreshold narrowed(float[] numbers, int high, int low) {
    int[] histogram = histogram(numbers, high, low);
    int bits = histogram.length - 1;
    int left = ties;
    while (left > histogram[bits]) {
      left -= histogram[bits--];
    }
    return new TopKThreshold(magnitude | bits << low, left);
  }

  /** How often each value of those bits occurs with the bits above them that were found. */
  private int[] histogram(float[] numbers, int high, int low) {
    var histogram = new int[1 << (high - low)];
    for (float number : numbers) {
      int candidate = magnitude(number);
      if (candidate >>> high == magnitude >>> high) {
        histogram[candidate >>> low & (histogram.length - 1)]++;
      }
    }
    return histogram;
  }

  /**
   * Writes the indices of the largest numbers in ascending order, of ties the first ones. Returns
   * how many there are.
   */
  int choose(float[] numbers, int[] chosen) {
    int found = 0;
    int tiesLeft = ties;
    for (int i = 0; i < numbers.length; i++) {
      int candidate = magnitude(numbers[i]);
      if (candidate > magnitude || (candidate == magnitude && tiesLeft-- > 0)) {
        chosen[found++] = i;
      }
    }
    return found;
  }

  private static int magnitude(float number) {
    return Float.floatToRawIntBits(number) & Integer.MAX_VALUE;
  }
}
