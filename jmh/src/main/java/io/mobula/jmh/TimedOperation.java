package io.mobula.jmh;

/**
 * One way to do a piece of work, ours or a bare one, that is timed in slices.
 *
 * <p>Used by one thread. What it needs it makes on first use, which is in its warm-up.
 */
public interface TimedOperation {
  /** What the table calls it where it stands beside ours. */
  String name();

  /**
   * Works for about {@code sliceNanos}, at least once, and tells the mean time of one operation, in
   * nanoseconds.
   */
  double nanosPerOperation(long sliceNanos) throws Exception;

  /** A number of operations done at a time. */
  @FunctionalInterface
  interface Batch {
    /** Does them all and waits for their end. */
    void run() throws Exception;
  }

  /** Repeats a batch of so many operations for as long as a slice lasts. */
  static TimedOperation repeating(String name, int operations, Batch batch) {
    return new RepeatedBatch(name, operations, batch);
  }

  /** See {@link #repeating}. */
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
