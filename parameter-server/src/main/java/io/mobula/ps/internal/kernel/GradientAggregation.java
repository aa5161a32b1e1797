package io.mobula.ps.internal.kernel;

import io.mobula.ps.optimizer.Aggregator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Combination of several gradients into one, block by block, by the user's aggregator. For one
 * thread.
 */
public final class GradientAggregation {
  private GradientAggregation() {}

  /** Combines gradients that each cover the whole range. */
  public static MemorySegment of(
      NumberType numberType,
      Aggregator aggregator,
      List<Gradient> gradients,
      int workers,
      int length) {
    var result = DenseKernel.zeros(numberType, length);
    switch (numberType) {
      case FLOAT -> floats(aggregator, gradients, workers, length, result);
      case DOUBLE -> doubles(aggregator, gradients, workers, length, result);
    }
    return result;
  }

  private static void floats(
      Aggregator aggregator, List<Gradient> gradients, int workers, int length, MemorySegment to) {
    var blocks = new float[gradients.size()][DenseKernel.BLOCK];
    var into = new float[DenseKernel.BLOCK];
    for (int at = 0; at < length; at += DenseKernel.BLOCK) {
      int n = Math.min(DenseKernel.BLOCK, length - at);
      long offset = (long) at * Float.BYTES;
      for (int w = 0; w < blocks.length; w++) {
        var from = gradients.get(w);
        MemorySegment.copy(
            from.numbers(), ValueLayout.JAVA_FLOAT_UNALIGNED, offset, blocks[w], 0, n);
        for (int i = 0; i < n; i++) {
          blocks[w][i] *= (float) from.scale();
        }
      }
      aggregator.aggregate(blocks, workers, n, into);
      MemorySegment.copy(into, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, n);
    }
  }

  private static void doubles(
      Aggregator aggregator, List<Gradient> gradients, int workers, int length, MemorySegment to) {
    var blocks = new double[gradients.size()][DenseKernel.BLOCK];
    var into = new double[DenseKernel.BLOCK];
    for (int at = 0; at < length; at += DenseKernel.BLOCK) {
      int n = Math.min(DenseKernel.BLOCK, length - at);
      long offset = (long) at * Double.BYTES;
      for (int w = 0; w < blocks.length; w++) {
        var from = gradients.get(w);
        MemorySegment.copy(
            from.numbers(), ValueLayout.JAVA_DOUBLE_UNALIGNED, offset, blocks[w], 0, n);
        for (int i = 0; i < n; i++) {
          blocks[w][i] *= from.scale();
        }
      }
      aggregator.aggregate(blocks, workers, n, into);
      MemorySegment.copy(into, 0, to, ValueLayout.JAVA_DOUBLE_UNALIGNED, offset, n);
    }
  }
}
