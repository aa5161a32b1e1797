package io.mobula.ps.internal.row;

import io.mobula.ps.internal.kernel.DenseKernel;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Numbers of one shard's rows, and the arithmetic on them: the weights of each row followed by its
 * optimizer state, and the sums of the gradients of one update, one for each row. For one thread.
 *
 * <p>Rows are stored in chunks of about 64 KiB, so that nothing is copied when rows are added. An
 * update is processed in batches: some rows are gathered into arrays that fit the first-level
 * cache, updated in one loop, and scattered back. The subclasses have the loops, each over arrays
 * of one type, which the JVM compiles well; this class has the rest. The build generates the
 * subclass for doubles from that for floats.
 */
public abstract sealed class RowKernel permits FloatRowKernel, DoubleRowKernel {
  private static final int CHUNK = 64 << 10;

  /** Number of rows looked up at a time, so that their cache misses overlap. */
  static final int AHEAD = 64;

  final int width;
  final int stride; // numbers of a row with its state
  private final int elementBytes;
  final int max; // rows of a batch
  final Optimizer optimizer;
  final RowInitializer initializer;
  final UpdateRowIndex updateIndex = new UpdateRowIndex();
  private final int shift; // log2 of the rows of a chunk
  private int chunks;

  RowKernel(NumberType numberType, int width, Optimizer optimizer, RowInitializer initializer) {
    this.width = width;
    this.elementBytes = numberType.bytes();
    this.stride = width * (1 + optimizer.stateVectors());
    this.max = Math.max(1, DenseKernel.BLOCK / width);
    this.optimizer = optimizer;
    this.initializer = initializer;
    int fit = Math.max(1, CHUNK / numberType.bytes() / stride);
    this.shift = 31 - Integer.numberOfLeadingZeros(fit);
  }

  /** Creates a kernel without rows. */
  public static RowKernel of(
      NumberType numberType, int width, Optimizer optimizer, RowInitializer initializer) {
    return switch (numberType) {
      case FLOAT -> new FloatRowKernel(width, optimizer, initializer);
      case DOUBLE -> new DoubleRowKernel(width, optimizer, initializer);
    };
  }

  // ---- positions of rows

  /** Ensures that rows below that number exist; new ones are zeros. */
  public final void ensureRows(int rows) {
    int wanted = (rows + (1 << shift) - 1) >>> shift;
    if (wanted > chunks) {
      grow(chunks, wanted, stride << shift);
      chunks = wanted; // only now, as memory may run out above
    }
  }

  /** Grows from {@code from} to {@code count} chunks of that many numbers each. */
  abstract void grow(int from, int count, int numbers);

  /**
   * Returns how many more bytes will be allocated once a push is applied.
   *
   * @param rows number of rows after the push
   * @param pushed number of rows in the push
   */
  public final long growthOf(long rows, int pushed) {
    long wanted = (rows + (1 << shift) - 1) >>> shift;
    long more = Math.max(0, wanted - chunks) * ((long) stride << shift) * elementBytes;
    long sums = (long) pushed * width;
    return more + (sums > sumsLength() ? sums * elementBytes : 0) + updateIndex.growthOf(rows);
  }

  /** Returns the capacity of the sums, in numbers. */
  abstract int sumsLength();

  /** Returns the chunk that holds a row. */
  final int chunk(int row) {
    return row >>> shift;
  }

  /** Returns the offset of a row in its chunk. */
  final int offset(int row) {
    return (row & ((1 << shift) - 1)) * stride;
  }

  /** Initializes the weights of a new row. */
  public final void initializeRow(int row, long key) {
    ensureRows(row + 1);
    if (!initializer.isZero()) {
      setInitial(row, key);
    }
  }

  abstract void setInitial(int row, long key);

  // ---- updates

  /** Begins an update of rows below that number. */
  public final void beginUpdate(int known) {
    clearSums(updateIndex.count());
    updateIndex.begin(known);
  }

  /** Clears the sums of the first {@code count} rows; the others are 0 already. */
  abstract void clearSums(int count);

  /** Adds gradients of rows to the sums; a row may occur several times. */
  public abstract void add(int[] rows, MemorySegment gradients);

  /**
   * Applies the sums, each multiplied by a factor.
   *
   * @param step number and learning rate of the update
   */
  public abstract void update(OptimizerStep step, double factor);

  /**
   * Applies the sums like {@link #update}; if the optimizer fails, sets the rows to what they were.
   * Costs a copy of the rows.
   */
  public final void updateOrRestore(OptimizerStep step, double factor) {
    int[] rows = updateIndex.rows();
    int count = updateIndex.count();
    long rowBytes = (long) stride * elementBytes;
    try (var arena = Arena.ofConfined()) {
      var before = arena.allocate(count * rowBytes, Long.BYTES);
      copyRows(rows, 0, count, before);
      try {
        update(step, factor);
      } catch (Throwable thrown) {
        for (int i = 0; i < count; i++) {
          set(rows[i], before, i * rowBytes);
        }
        throw thrown;
      }
    }
  }

  // ---- copies

  /** Returns the weights of keys, in their order; for a key without a row, its initial values. */
  public abstract NumberArray weights(RowIndex index, long[] keys);

  /** Returns the weights of rows, in their order. */
  public abstract NumberArray weights(int[] rows);

  /** Copies rows with their state into contiguous memory. */
  public abstract void copyRows(int[] rows, int from, int count, MemorySegment into);

  /** Copies the sums of rows that were {@linkplain #add added} into contiguous memory. */
  public abstract void copySums(int[] rows, int from, int count, MemorySegment into);

  /** Sets a row with its state to the numbers at a byte offset. */
  public abstract void set(int row, MemorySegment numbers, long at);
}
