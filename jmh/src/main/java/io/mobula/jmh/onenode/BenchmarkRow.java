package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.jmh.measure.TimedOperation;
import java.util.List;

/**
 * Row of the table: Mobula's time for a piece of work, and those of the baselines.
 *
 * @param what name of the work
 * @param quantity how the numbers are printed
 * @param bytes size of the object, or 0 where there is none
 * @param ours Mobula's implementation
 * @param baselines other implementations, the most important one first
 * @param goal target for {@code ours}
 */
record BenchmarkRow(
    String what,
    Quantity quantity,
    long bytes,
    TimedOperation ours,
    List<TimedOperation> baselines,
    PerformanceGoal goal) {
  /** Quantity that the numbers of a row express. */
  enum Quantity {
    /** Number of operations per second. */
    RATE,
    /** Time, and bytes per second, of an operation that moves all bytes. */
    THROUGHPUT,
    /** Time of an operation that moves no bytes, however large the object is. */
    TIME,
    /** Time of an operation that runs once in a program's life: differences matter, not ratios. */
    ONE_TIME
  }

  /**
   * Returns the name of the work with the size, as printed in the first column and matched by
   * {@code --only}.
   */
  String title() {
    return bytes == 0 ? what : what + ", " + QuantityFormat.size(bytes);
  }
}
