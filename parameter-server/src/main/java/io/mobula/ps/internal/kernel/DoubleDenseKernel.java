package io.mobula.ps.internal.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Dense kernel for numbers of type double. */
final class DoubleDenseKernel extends DenseKernel {
  private final Optimizer optimizer;
  private final double clip;
  private final double[] weights = new double[BLOCK];
  private final double[] gradient = new double[BLOCK];
  private final double[] next = new double[BLOCK];
  private final double[][][] state; // by vector and block
  private final double[][] present; // state of the present block, by vector

  DoubleDenseKernel(Optimizer optimizer, double clip, int length) {
    this.optimizer = optimizer;
    this.clip = clip;
    this.state = new double[optimizer.stateVectors()][blocks(length)][BLOCK];
    this.present = new double[optimizer.stateVectors()][];
  }

  @Override
  int elementBytes() {
    return Double.BYTES;
  }

  @Override
  int stateVectors() {
    return state.length;
  }

  @Override
  public void update(
      OptimizerStep step,
      MemorySegment from,
      MemorySegment to,
      List<Gradient> gradients,
      double factor,
      int first,
      int count) {
    var descent = optimizer.descent(step);
    if (descent.isPresent()
        && gradients.size() == 1
        && areInMemory(from, to, gradients)
        && clip == Double.POSITIVE_INFINITY) {
      var only = gradients.getFirst();
      long at = (long) first * Double.BYTES;
      long bytes = (long) count * Double.BYTES;
      double rate = descent.getAsDouble() * only.scale() * factor;
      descend(from.asSlice(at, bytes), to.asSlice(at, bytes), only.numbers(), rate);
      return;
    }
    for (int at = first; at < first + count; ) {
      int n = Math.min(BLOCK - at % BLOCK, first + count - at);
      sum(gradients, (long) (at - first) * Double.BYTES, factor, n);
      MemorySegment.copy(from, JAVA_DOUBLE_UNALIGNED, (long) at * Double.BYTES, weights, 0, n);
      update(step, at, n);
      MemorySegment.copy(weights, 0, to, JAVA_DOUBLE_UNALIGNED, (long) at * Double.BYTES, n);
      at += n;
    }
  }

  private static void descend(
      MemorySegment from, MemorySegment to, MemorySegment gradient, double rate) {
    long count = from.byteSize() / Double.BYTES;
    for (long i = 0; i < count; i++) {
      double moved = from.getAtIndex(JAVA_DOUBLE_UNALIGNED, i)
          - rate * gradient.getAtIndex(JAVA_DOUBLE_UNALIGNED, i);
      to.setAtIndex(JAVA_DOUBLE_UNALIGNED, i, moved);
    }
  }

  /**
   * Updates the weights that were copied, all of one block. State that is not a whole block is
   * copied out and back.
   */
  private void update(OptimizerStep step, int at, int n) {
    int block = at / BLOCK;
    int offset = at % BLOCK;
    for (int s = 0; s < state.length; s++) {
      present[s] = offset == 0 ? state[s][block] : part(state[s][block], offset, n);
    }
    optimizer.update(step, weights, present, gradient, n);
    for (int s = 0; s < state.length && offset != 0; s++) {
      System.arraycopy(present[s], 0, state[s][block], offset, n);
    }
  }

  private static double[] part(double[] block, int offset, int n) {
    var part = new double[n];
    System.arraycopy(block, offset, part, 0, n);
    return part;
  }

  private void sum(List<Gradient> gradients, long at, double factor, int n) {
    var first = gradients.getFirst();
    MemorySegment.copy(first.numbers(), JAVA_DOUBLE_UNALIGNED, at, gradient, 0, n);
    scale(gradient, first.scale() * factor, n);
    for (int i = 1; i < gradients.size(); i++) {
      var other = gradients.get(i);
      MemorySegment.copy(other.numbers(), JAVA_DOUBLE_UNALIGNED, at, next, 0, n);
      addScaled(gradient, next, other.scale() * factor, n);
    }
    if (clip < Double.POSITIVE_INFINITY) {
      clip(gradient, clip, n);
    }
  }

  @Override
  public void add(MemorySegment sum, Gradient more) {
    long offset = (long) more.from() * Double.BYTES;
    for (int done = 0; done < more.count(); done += BLOCK) {
      int n = Math.min(BLOCK, more.count() - done);
      long at = (long) done * Double.BYTES;
      MemorySegment.copy(sum, JAVA_DOUBLE_UNALIGNED, offset + at, gradient, 0, n);
      MemorySegment.copy(more.numbers(), JAVA_DOUBLE_UNALIGNED, at, next, 0, n);
      addScaled(gradient, next, more.scale(), n);
      MemorySegment.copy(gradient, 0, sum, JAVA_DOUBLE_UNALIGNED, offset + at, n);
    }
  }

  private static void scale(double[] numbers, double factor, int n) {
    if (factor != 1) {
      for (int i = 0; i < n; i++) {
        numbers[i] *= factor;
      }
    }
  }

  private static void addScaled(double[] sum, double[] more, double factor, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += factor * more[i];
    }
  }

  private static void clip(double[] numbers, double max, int n) {
    for (int i = 0; i < n; i++) {
      numbers[i] = Math.max(-max, Math.min(max, numbers[i]));
    }
  }

  @Override
  public MemorySegment ofFloats(float[] decoded) {
    var wide = new double[decoded.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = decoded[i];
    }
    return MemorySegment.ofArray(wide);
  }

  @Override
  public void copyState(int vector, int from, MemorySegment into) {
    int count = (int) (into.byteSize() / Double.BYTES);
    for (int done = 0; done < count; ) {
      int at = from + done;
      int n = Math.min(BLOCK - at % BLOCK, count - done);
      var block = state[vector][at / BLOCK];
      MemorySegment.copy(
          block, at % BLOCK, into, JAVA_DOUBLE_UNALIGNED, (long) done * Double.BYTES, n);
      done += n;
    }
  }

  @Override
  public void setState(int vector, int from, MemorySegment numbers) {
    int count = (int) (numbers.byteSize() / Double.BYTES);
    for (int done = 0; done < count; ) {
      int at = from + done;
      int n = Math.min(BLOCK - at % BLOCK, count - done);
      var block = state[vector][at / BLOCK];
      MemorySegment.copy(
          numbers, JAVA_DOUBLE_UNALIGNED, (long) done * Double.BYTES, block, at % BLOCK, n);
      done += n;
    }
  }
}
