package io.mobula.ps.internal.compression;

/**
 * Magnitude that separates the largest numbers of a vector from the others, exactly.
 *
 * <p>It is found like in a radix sort, highest bits first, but following a single bucket: three
 * counting passes, of which the later ones count only numbers with the bits found so far. Unlike
 * quickselect, the cost depends neither on the order of the numbers nor on how many are equal.
 *
 * @param magnitude the bits of a float without its sign, which grow with the magnitude of a finite
 *     float
 * @param ties how many numbers of exactly that magnitude are among the largest
 */
record TopKThreshold(int magnitude, int ties) {

  /** Finds the threshold of the {@code count} largest numbers; zeros are never among them. */
  static TopKThreshold of(float[] numbers, int count) {
    var found = new TopKThreshold(0, count)
        .narrowed(numbers, 31, 20)
        .narrowed(numbers, 20, 10)
        .narrowed(numbers, 10, 0);
    return found.magnitude == 0 ? new TopKThreshold(0, 0) : found;
  }

  /** Returns the threshold with the bits from {@code low} to below {@code high} determined, too. */
  private TopKThreshold narrowed(float[] numbers, int high, int low) {
    int[] histogram = histogram(numbers, high, low);
    int bits = histogram.length - 1;
    int left = ties;
    while (left > histogram[bits]) {
      left -= histogram[bits--];
    }
    return new TopKThreshold(magnitude | bits << low, left);
  }

  /** Counts, for each value of those bits, the numbers whose higher bits match the threshold. */
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
   * Writes the indices of the largest numbers in ascending order, taking the first of ties. Returns
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
