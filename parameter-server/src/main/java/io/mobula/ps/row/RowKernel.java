package io.mobula.ps.row;

import io.mobula.ps.kernel.DenseKernel;
import io.mobula.ps.kernel.NumberArray;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.MemorySegment;

/**
 * The numbers of one shard's rows, and the arithmetic: weights, after them the optimizer's state of
 * each row, and the sums of the gradients of one update, each row once. One thread.
 *
 * <p>Rows grow in number, in arrays of some 64 KiB each, so that nothing is copied when they do. An
 * update goes in batches: some rows are gathered into arrays that fit the first-level cache,
 * updated in one loop, and scattered back. The loops are over arrays of one type each, as the JVM
 * compiles those well; what is not arithmetic is here.
 */
public abstract sealed class RowKernel permits FloatRowKernel, DoubleRowKernel {
  private static final int CHUNK = 64 << 10;

  /** How many rows are looked for at a time, so that memory answers for several at once. */
  static final int AHEAD = 64;

  final int width;
  final int stride; // numbers of a row with its state
  private final int elementBytes;
  final int most; // rows of a batch
  final Optimizer optimizer;
  final RowInitializer initializer;
  final UpdateRowIndex updateIndex = new UpdateRowIndex();
  private final int shift; // rows of a chunk, as a power
  private int chunks;

  RowKernel(NumberType numberType, int width, Optimizer optimizer, RowInitializer initializer) {
    this.width = width;
    this.elementBytes = numberType.bytes();
    this.stride = width * (1 + optimizer.stateVectors());
    this.most = Math.max(1, DenseKernel.BLOCK / width);
    this.optimizer = optimizer;
    this.initializer = initializer;
    int fit = Math.max(1, CHUNK / numberType.bytes() / stride);
    this.shift = 31 - Integer.numberOfLeadingZeros(fit);
  }

  /** No rows at first. */
  public static RowKernel of(
      NumberType numberType, int width, Optimizer optimizer, RowInitializer initializer) {
    return switch (numberType) {
      case FLOAT -> new FloatRowKernel(width, optimizer, initializer);
      case DOUBLE -> new DoubleRowKernel(width, optimizer, initializer);
    };
  }

  // ---- where rows are

  /** Has room for rows below that number, zeros at first. */
  public final void ensureRows(int rows) {
    int wanted = (rows + (1 << shift) - 1) >>> shift;
    if (wanted > chunks) {
      grow(chunks, wanted, stride << shift);
      chunks = wanted; // only now, as there may be no memory for them
    }
  }

  /** Has so many chunks, of so many numbers each, where it had {@code from}. */
  abstract void grow(int from, int count, int numbers);

  /**
   * How many bytes more it will have allocated when it has taken in a push.
   *
   * @param rows how many rows there are then
   * @param pushed how many of them are in the push
   */
  public final long growthOf(long rows, int pushed) {
    long wanted = (rows + (1 << shift) - 1) >>> shift;
    long more = Math.max(0, wanted - chunks) * ((long) stride << shift) * elementBytes;
    long sums = (long) pushed * width;
    return more + (sums > sumsLength() ? sums * elementBytes : 0) + updateIndex.growthOf(rows);
  }

  /** For how many numbers there is room in the sums. */
  abstract int sumsLength();

  /** Which chunk a row lies in. */
  final int chunk(int row) {
    return row >>> shift;
  }

  /** Where it begins there. */
  final int offset(int row) {
    return (row & ((1 << shift) - 1)) * stride;
  }

  /** A row begins that was not there. */
  public final void initializeRow(int row, long key) {
    ensureRows(row + 1);
    if (!initializer.isZero()) {
      setInitial(row, key);
    }
  }

  abstract void setInitial(int row, long key);

  // ---- an update

  /** Begins an update of rows below that number. */
  public final void beginUpdate(int known) {
    clearSums(updateIndex.count());
    updateIndex.begin(known);
  }

  /** Sets the sums of so many rows to 0; the others are. */
  abstract void clearSums(int count);

  /** Adds gradients of rows to the sums; the same row may come again. */
  public abstract void add(int[] rows, MemorySegment gradients);

  /**
   * Applies the sums, each multiplied by a factor.
   *
   * @param step which update this is
   */
  public abstract void update(OptimizerStep step, double factor);

  // ---- copies

  /** The weights of keys, in their order; of one without a row, those it would begin with. */
  public abstract NumberArray weights(RowIndex index, long[] keys);

  /** The weights of rows, in their order. */
  public abstract NumberArray weights(int[] rows);

  /** Copies rows with their state to memory, one after the other. */
  public abstract void copyRows(int[] rows, int from, int count, MemorySegment into);

  /** Copies sums of rows that were {@linkplain #add added} to memory, one after the other. */
  public abstract void copySums(int[] rows, int from, int count, MemorySegment into);

  /** Sets a row with its state to the numbers that begin at that byte. */
  public abstract void set(int row, MemorySegment numbers, long at);
}
