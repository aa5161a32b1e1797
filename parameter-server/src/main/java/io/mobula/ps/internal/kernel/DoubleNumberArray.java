package io.mobula.ps.internal.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Number array of type double. */
final class DoubleNumberArray extends NumberArray {
  private final double[] array;

  DoubleNumberArray(double[] array) {
    this.array = array;
  }

  private static double[] doubles(NumberArray numbers) {
    return ((DoubleNumberArray) numbers).array;
  }

  @Override
  public NumberType numberType() {
    return NumberType.DOUBLE;
  }

  @Override
  public int length() {
    return array.length;
  }

  @Override
  public Object array() {
    return array;
  }

  @Override
  public MemorySegment memory() {
    return MemorySegment.ofArray(array);
  }

  @Override
  public double at(int index) {
    return array[index];
  }

  @Override
  public void copy(int from, NumberArray into, int at, int count) {
    System.arraycopy(array, from, doubles(into), at, count);
  }

  @Override
  public void add(int from, NumberArray into, int at, int count) {
    var sums = doubles(into);
    for (int i = 0; i < count; i++) {
      sums[at + i] += array[from + i];
    }
  }

  @Override
  public void gather(int[] rows, int width, MemorySegment into) {
    for (int i = 0; i < rows.length; i++) {
      long at = (long) i * width * Double.BYTES;
      MemorySegment.copy(array, rows[i] * width, into, JAVA_DOUBLE_UNALIGNED, at, width);
    }
  }

  @Override
  public void scatter(int[] rows, int width, NumberArray into) {
    var others = doubles(into);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(array, i * width, others, rows[i] * width, width);
    }
  }

  @Override
  public void set(int at, int count, MemorySegment from) {
    MemorySegment.copy(from, JAVA_DOUBLE_UNALIGNED, 0, array, at, count);
  }

  @Override
  public void clear() {
    Arrays.fill(array, 0);
  }

  @Override
  public NumberArray resized(int length) {
    return new DoubleNumberArray(Arrays.copyOf(array, length));
  }
}
