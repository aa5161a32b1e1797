package io.mobula.ps.internal.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Dense kernel for numbers of type float. */
final class FloatDenseKernel extends DenseKernel {
  private final Optimizer optimizer;
  private final float clip;
  private final float[] weights = new float[BLOCK];
  private final float[] gradient = new float[BLOCK];
  private final float[] next = new float[BLOCK];
  private final float[][][] state; // by vector and block
  private final float[][] present; // state of the present block, by vector

  FloatDenseKernel(Optimizer optimizer, float clip, int length) {
    this.optimizer = optimizer;
    this.clip = clip;
    this.state = new float[optimizer.stateVectors()][blocks(length)][BLOCK];
    this.present = new float[optimizer.stateVectors()][];
  }

  @Override
  int elementBytes() {
    return Float.BYTES;
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
    var descent = optimizer.plainDescentRate(step);
    if (descent.isPresent()
        && gradients.size() == 1
        && areInMemory(from, to, gradients)
        && clip == Float.POSITIVE_INFINITY) {
      var only = gradients.getFirst();
      long at = (long) first * Float.BYTES;
      long bytes = (long) count * Float.BYTES;
      double rate = descent.getAsDouble() * only.scale() * factor;
      descend(from.asSlice(at, bytes), to.asSlice(at, bytes), only.numbers(), (float) rate);
      return;
    }
    for (int at = first; at < first + count; ) {
      int n = Math.min(BLOCK - at % BLOCK, first + count - at);
      sum(gradients, (long) (at - first) * Float.BYTES, (float) factor, n);
      MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, (long) at * Float.BYTES, weights, 0, n);
      update(step, at, n);
      MemorySegment.copy(weights, 0, to, JAVA_FLOAT_UNALIGNED, (long) at * Float.BYTES, n);
      at += n;
    }
  }

  private static void descend(
      MemorySegment from, MemorySegment to, MemorySegment gradient, float rate) {
    long count = from.byteSize() / Float.BYTES;
    for (long i = 0; i < count; i++) {
      float moved = from.getAtIndex(JAVA_FLOAT_UNALIGNED, i)
          - rate * gradient.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      to.setAtIndex(JAVA_FLOAT_UNALIGNED, i, moved);
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

  private static float[] part(float[] block, int offset, int n) {
    var part = new float[n];
    System.arraycopy(block, offset, part, 0, n);
    return part;
  }

  private void sum(List<Gradient> gradients, long at, float factor, int n) {
    var first = gradients.getFirst();
    MemorySegment.copy(first.numbers(), JAVA_FLOAT_UNALIGNED, at, gradient, 0, n);
    scale(gradient, (float) first.scale() * factor, n);
    for (int i = 1; i < gradients.size(); i++) {
      var other = gradients.get(i);
      MemorySegment.copy(other.numbers(), JAVA_FLOAT_UNALIGNED, at, next, 0, n);
      addScaled(gradient, next, (float) other.scale() * factor, n);
    }
    if (clip < Float.POSITIVE_INFINITY) {
      clip(gradient, clip, n);
    }
  }

  @Override
  public void add(MemorySegment sum, Gradient more) {
    long offset = (long) more.from() * Float.BYTES;
    for (int done = 0; done < more.count(); done += BLOCK) {
      int n = Math.min(BLOCK, more.count() - done);
      long at = (long) done * Float.BYTES;
      MemorySegment.copy(sum, JAVA_FLOAT_UNALIGNED, offset + at, gradient, 0, n);
      MemorySegment.copy(more.numbers(), JAVA_FLOAT_UNALIGNED, at, next, 0, n);
      addScaled(gradient, next, (float) more.scale(), n);
      MemorySegment.copy(gradient, 0, sum, JAVA_FLOAT_UNALIGNED, offset + at, n);
    }
  }

  private static void scale(float[] numbers, float factor, int n) {
    if (factor != 1) {
      for (int i = 0; i < n; i++) {
        numbers[i] *= factor;
      }
    }
  }

  private static void addScaled(float[] sum, float[] more, float factor, int n) {
    for (int i = 0; i < n; i++) {
      sum[i] += factor * more[i];
    }
  }

  private static void clip(float[] numbers, float max, int n) {
    for (int i = 0; i < n; i++) {
      numbers[i] = Math.max(-max, Math.min(max, numbers[i]));
    }
  }

  @Override
  public void copyState(int vector, int from, MemorySegment into) {
    int count = (int) (into.byteSize() / Float.BYTES);
    for (int done = 0; done < count; ) {
      int at = from + done;
      int n = Math.min(BLOCK - at % BLOCK, count - done);
      var block = state[vector][at / BLOCK];
      MemorySegment.copy(
          block, at % BLOCK, into, JAVA_FLOAT_UNALIGNED, (long) done * Float.BYTES, n);
      done += n;
    }
  }

  @Override
  public void setState(int vector, int from, MemorySegment numbers) {
    int count = (int) (numbers.byteSize() / Float.BYTES);
    for (int done = 0; done < count; ) {
      int at = from + done;
      int n = Math.min(BLOCK - at % BLOCK, count - done);
      var block = state[vector][at / BLOCK];
      MemorySegment.copy(
          numbers, JAVA_FLOAT_UNALIGNED, (long) done * Float.BYTES, block, at % BLOCK, n);
      done += n;
    }
  }
}
