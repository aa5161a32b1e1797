package io.mobula.jmh;

import java.util.List;

/**
 * A line of the table: our way to do some work and the bare ways beside it.
 *
 * @param what the work
 * @param quantity how its numbers are printed
 * @param bytes the size of the object, or 0 where there is none
 * @param ours our way
 * @param baselines bare ways, the one that matters most first
 * @param goal what ours shall reach
 */
record BenchmarkRow(
    String what,
    Quantity quantity,
    long bytes,
    TimedOperation ours,
    List<TimedOperation> baselines,
    PerformanceGoal goal) {
  /** What the numbers of a row say most about. */
  enum Quantity {
    /** Operations a second. */
    RATE,
    /** The time and the bytes a second of something that moves all bytes. */
    THROUGHPUT,
    /** The time of something that moves nothing, however large the object is. */
    TIME,
    /** Something that happens once in a program's life: differences matter, not ratios. */
    ONE_TIME
  }

  /** The work and the size, as the first column has them and {@code --only} sees them. */
  String title() {
    return bytes == 0 ? what : what + ", " + QuantityFormat.size(bytes);
  }
}
