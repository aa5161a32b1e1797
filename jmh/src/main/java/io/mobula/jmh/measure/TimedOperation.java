package io.mobula.jmh.measure;

/**
 * Operation that is timed in slices: Mobula's implementation of a workload, or a baseline.
 *
 * <p>Used by one thread. The operation creates what it needs on first use, during its warm-up.
 */
public interface TimedOperation {
  /** Returns the name that the table prints for a baseline. */
  String name();

  /**
   * Runs the operation for about {@code sliceNanos}, at least once, and returns the mean time of
   * one operation in nanoseconds.
   */
  double nanosPerOperation(long sliceNanos) throws Exception;

  /** Batch of operations that run together. */
  @FunctionalInterface
  interface Batch {
    /** Runs all operations of the batch and waits for their end. */
    void run() throws Exception;
  }

  /**
   * Returns an operation that repeats a batch of {@code operations} operations until the slice is
   * over.
   */
  static TimedOperation repeating(String name, int operations, Batch batch) {
    return new RepeatedBatch(name, operations, batch);
  }

  /** Operation that repeats a batch until the slice is over. */
  record RepeatedBatch(String name, int operations, Batch batch) implements TimedOperation {
    @Override
    public double nanosPerOperation(long sliceNanos) throws Exception {
      long start = System.nanoTime();
      long batches = 0;
      long elapsed;
      do {
        batch.run();
        batches++;
        elapsed = System.nanoTime() - start;
      } while (elapsed < sliceNanos);
      return (double) elapsed / batches / operations;
    }
  }
}
