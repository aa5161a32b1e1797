package io.mobula.ps.internal.row;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Row kernel for numbers of type double. */
final class DoubleRowKernel extends RowKernel {
  private double[][] chunks = new double[0][];
  private double[] sums = new double[0];
  private final double[] gradients;
  private final double[][] parts; // of a batch: weights, then each state vector
  private final double[][] state;

  DoubleRowKernel(int width, Optimizer optimizer, RowInitializer initializer) {
    super(NumberType.DOUBLE, width, optimizer, initializer);
    this.gradients = new double[max * width];
    this.parts = new double[1 + optimizer.stateVectors()][max * width];
    this.state = Arrays.copyOfRange(parts, 1, parts.length);
  }

  @Override
  void grow(int from, int count, int numbers) {
    if (count > chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(count, chunks.length + (chunks.length >> 1)));
    }
    for (int i = from; i < count; i++) {
      chunks[i] = new double[numbers];
    }
  }

  @Override
  int sumsLength() {
    return sums.length;
  }

  @Override
  void setInitial(int row, long key) {
    double[] chunk = chunks[chunk(row)];
    int at = offset(row);
    for (int i = 0; i < width; i++) {
      chunk[at + i] = initializer.doubleAt(key, i);
    }
  }

  // ---- sums

  @Override
  void clearSums(int count) {
    Arrays.fill(sums, 0, count * width, 0);
  }

  @Override
  public void add(int[] rows, MemorySegment numbers) {
    int room = Math.multiplyExact(updateIndex.reserve(rows.length), width);
    if (room > sums.length) {
      sums = Arrays.copyOf(sums, room);
    }
    double[] more = numbers.toArray(JAVA_DOUBLE_UNALIGNED);
    if (width == 1) {
      addSingles(rows, more);
      return;
    }
    for (int i = 0; i < rows.length; i++) {
      int at = updateIndex.add(rows[i]) * width;
      int from = i * width;
      for (int k = 0; k < width; k++) {
        sums[at + k] += more[from + k];
      }
    }
  }

  private void addSingles(int[] rows, double[] more) {
    for (int from = 0; from < rows.length; from += AHEAD) {
      int to = Math.min(from + AHEAD, rows.length);
      updateIndex.prefetch(rows, from, to);
      for (int i = from; i < to; i++) {
        sums[updateIndex.add(rows[i])] += more[i];
      }
    }
  }

  // ---- update

  @Override
  public void update(OptimizerStep step, double factor) {
    int[] rows = updateIndex.rows();
    for (int done = 0; done < updateIndex.count(); done += max) {
      int n = Math.min(max, updateIndex.count() - done);
      System.arraycopy(sums, done * width, gradients, 0, n * width);
      if (factor != 1) {
        scale(gradients, factor, n * width);
      }
      gather(rows, done, n);
      optimizer.update(step, parts[0], state, gradients, n * width);
      scatter(rows, done, n);
    }
  }

  private static void scale(double[] numbers, double factor, int n) {
    for (int i = 0; i < n; i++) {
      numbers[i] *= factor;
    }
  }

  private void gather(int[] rows, int from, int n) {
    for (int p = 0; p < parts.length; p++) {
      if (width == 1) {
        gatherSingles(rows, from, n, p, parts[p]);
      } else {
        for (int i = 0; i < n; i++) {
          int row = rows[from + i];
          int at = offset(row) + p * width;
          System.arraycopy(chunks[chunk(row)], at, parts[p], i * width, width);
        }
      }
    }
  }

  private void gatherSingles(int[] rows, int from, int n, int p, double[] into) {
    for (int i = 0; i < n; i++) {
      int row = rows[from + i];
      into[i] = chunks[chunk(row)][offset(row) + p];
    }
  }

  private void scatter(int[] rows, int from, int n) {
    for (int p = 0; p < parts.length; p++) {
      if (width == 1) {
        scatterSingles(rows, from, n, p, parts[p]);
      } else {
        for (int i = 0; i < n; i++) {
          int row = rows[from + i];
          int at = offset(row) + p * width;
          System.arraycopy(parts[p], i * width, chunks[chunk(row)], at, width);
        }
      }
    }
  }

  private void scatterSingles(int[] rows, int from, int n, int p, double[] numbers) {
    for (int i = 0; i < n; i++) {
      int row = rows[from + i];
      chunks[chunk(row)][offset(row) + p] = numbers[i];
    }
  }

  // ---- copies

  @Override
  public NumberArray weights(RowIndex index, long[] keys) {
    var result = new double[Math.multiplyExact(keys.length, width)];
    for (int i = 0; i < keys.length; i++) {
      int row = index.find(keys[i]);
      if (row >= 0) {
        System.arraycopy(chunks[chunk(row)], offset(row), result, i * width, width);
      } else {
        for (int k = 0; k < width; k++) {
          result[i * width + k] = initializer.doubleAt(keys[i], k);
        }
      }
    }
    return NumberArray.of(result);
  }

  @Override
  public NumberArray weights(int[] rows) {
    var result = new double[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(chunks[chunk(rows[i])], offset(rows[i]), result, i * width, width);
    }
    return NumberArray.of(result);
  }

  @Override
  public void copyRows(int[] rows, int from, int count, MemorySegment into) {
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      long at = (long) i * stride * Double.BYTES;
      MemorySegment.copy(chunks[chunk(row)], offset(row), into, JAVA_DOUBLE_UNALIGNED, at, stride);
    }
  }

  @Override
  public void copySums(int[] rows, int from, int count, MemorySegment into) {
    for (int i = 0; i < count; i++) {
      int place = updateIndex.positionOf(rows[from + i]);
      long at = (long) i * width * Double.BYTES;
      MemorySegment.copy(sums, place * width, into, JAVA_DOUBLE_UNALIGNED, at, width);
    }
  }

  @Override
  public void set(int row, MemorySegment numbers, long at) {
    ensureRows(row + 1);
    MemorySegment.copy(numbers, JAVA_DOUBLE_UNALIGNED, at, chunks[chunk(row)], offset(row), stride);
  }
}
