package io.mobula.ps.internal.kernel;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Arithmetic of one range of a dense table, with the optimizer's state. For one thread.
 *
 * <p>Weights and gradients lie outside the heap. They are copied block by block into arrays that
 * fit the first-level cache, updated there, and copied back, because the JVM vectorizes loops over
 * arrays with a common index. State lies on the heap in one array per block, so it is not copied.
 * Plain gradient descent runs directly over the memory. {@code docs/performance.md} has the
 * measurements behind this choice.
 *
 * <p>The build generates the kernel for doubles from that for floats: {@code GenerateDoubles}.
 */
public abstract sealed class DenseKernel permits FloatDenseKernel, DoubleDenseKernel {
  /** Number of elements of a block; its weights, state and gradients take less than 48 KiB. */
  public static final int BLOCK = 2048;

  /**
   * Creates a kernel whose state is all zeros.
   *
   * @param clip largest magnitude of a number of an update
   */
  public static DenseKernel of(
      NumberType numberType, Optimizer optimizer, double clip, int length) {
    return switch (numberType) {
      case FLOAT -> new FloatDenseKernel(optimizer, (float) clip, length);
      case DOUBLE -> new DoubleDenseKernel(optimizer, clip, length);
    };
  }

  /** Allocates zeros outside the heap. */
  public static MemorySegment zeros(NumberType numberType, long length) {
    return Arena.ofAuto().allocate(length * numberType.bytes(), 64);
  }

  /** Returns how many bytes of heap the state takes. */
  public static long stateBytes(NumberType numberType, Optimizer optimizer, int length) {
    return (long) optimizer.stateVectors() * blocks(length) * (BLOCK * numberType.bytes() + 24);
  }

  static int blocks(int length) {
    return (length + BLOCK - 1) / BLOCK;
  }

  /**
   * Applies one update in one pass: sums the gradients, which all begin at {@code first}, clips the
   * sum and applies it.
   *
   * @param from the present weights
   * @param to the memory for the new weights; may be the same memory
   * @param factor factor by which the sum is multiplied
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
   * Applies one update like {@link #update}; if the optimizer fails, sets {@code to} and the state
   * to what they were. Costs a copy of both.
   */
  public final void updateOrRestore(
      OptimizerStep step,
      MemorySegment from,
      MemorySegment to,
      List<Gradient> gradients,
      double factor,
      int first,
      int count) {
    long bytes = (long) count * elementBytes();
    try (var arena = Arena.ofConfined()) {
      var part = to.asSlice((long) first * elementBytes(), bytes);
      var before = arena.allocate(bytes, Long.BYTES).copyFrom(part);
      var state = new MemorySegment[stateVectors()];
      for (int i = 0; i < state.length; i++) {
        state[i] = arena.allocate(bytes, Long.BYTES);
        copyState(i, first, state[i]);
      }
      try {
        update(step, from, to, gradients, factor, first, count);
      } catch (Throwable thrown) {
        part.copyFrom(before);
        for (int i = 0; i < state.length; i++) {
          setState(i, first, state[i]);
        }
        throw thrown;
      }
    }
  }

  /** Returns the size of a number in bytes. */
  abstract int elementBytes();

  /** Returns the number of state vectors. */
  abstract int stateVectors();

  /**
   * Returns whether none of the memory is a heap array. A loop over memory segments is fast only if
   * it meets one kind of memory, so arrays, which are small, take the other path.
   */
  public static boolean areInMemory(
      MemorySegment from, MemorySegment to, List<Gradient> gradients) {
    return from.isNative() && to.isNative() && gradients.getFirst().numbers().isNative();
  }

  /** Adds a scaled gradient to a sum over the whole range. */
  public abstract void add(MemorySegment sum, Gradient gradient);

  /** Copies part of a state vector to memory, beginning at the number {@code from}. */
  public abstract void copyState(int vector, int from, MemorySegment into);

  /** Sets part of a state vector, beginning at the number {@code from}. */
  public abstract void setState(int vector, int from, MemorySegment numbers);
}
