package io.mobula.ps.kernel;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The arithmetic of one range of a dense table, and the optimizer's state. One thread.
 *
 * <p>Weights and gradients lie outside the heap. They are copied block by block into arrays that
 * fit the first-level cache, updated there and copied back: the loops over arrays of one index are
 * the ones that the JVM vectorizes. State lies in the heap, in arrays of a block each, so that it
 * is not copied at all. Plain descent needs none of this and runs over the memory itself.
 * {@code docs/performance.md} has the table that this was chosen from.
 */
public abstract sealed class DenseKernel permits FloatDenseKernel, DoubleDenseKernel {
  /** How many numbers a block has: with weights, state and gradients it stays below 48 KiB. */
  public static final int BLOCK = 2048;

  /**
   * State of zeros.
   *
   * @param clip the largest magnitude of a number of an update
   */
  public static DenseKernel of(
      NumberType numberType, Optimizer optimizer, double clip, int length) {
    return switch (numberType) {
      case FLOAT -> new FloatDenseKernel(optimizer, (float) clip, length);
      case DOUBLE -> new DoubleDenseKernel(optimizer, clip, length);
    };
  }

  /** Zeros, outside the heap. */
  public static MemorySegment zeros(NumberType numberType, long length) {
    return Arena.ofAuto().allocate(length * numberType.bytes(), 64);
  }

  /** How many bytes of the heap the state takes. */
  public static long stateBytes(NumberType numberType, Optimizer optimizer, int length) {
    return (long) optimizer.stateVectors() * blocks(length) * (BLOCK * numberType.bytes() + 24);
  }

  static int blocks(int length) {
    return (length + BLOCK - 1) / BLOCK;
  }

  /**
   * One update, in one pass: the sum of the gradients, which all begin at {@code first}, is clipped
   * and applied.
   *
   * @param from the weights as they are
   * @param to the weights as they will be; may be the same memory
   * @param factor what the sum is multiplied by
   */
  public abstract void update(
      OptimizerStep step,
      MemorySegment from,
      MemorySegment to,
      List<Gradient> gradients,
      double factor,
      int first,
      int count);

  /**
   * Whether none is an array: a loop over memory is fast where it meets one kind of memory only, so
   * arrays, which are small, are for the other one.
   */
  public static boolean areInMemory(
      MemorySegment from, MemorySegment to, List<Gradient> gradients) {
    return from.isNative() && to.isNative() && gradients.getFirst().numbers().isNative();
  }

  /** Adds the scaled gradient to a sum of the whole range. */
  public abstract void add(MemorySegment sum, Gradient gradient);

  /** What an encoder has made of floats. */
  public abstract MemorySegment ofFloats(float[] decoded);

  /** Copies some of a state vector to memory, from the number {@code from} on. */
  public abstract void copyState(int vector, int from, MemorySegment into);

  /** Sets some of a state vector, from the number {@code from} on. */
  public abstract void setState(int vector, int from, MemorySegment numbers);
}
