package io.mobula.ps.internal.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Number array of type float. */
final class FloatNumberArray extends NumberArray {
  private final float[] array;

  FloatNumberArray(float[] array) {
    this.array = array;
  }

  private static float[] floats(NumberArray numbers) {
    return ((FloatNumberArray) numbers).array;
  }

  @Override
  public NumberType numberType() {
    return NumberType.FLOAT;
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
    System.arraycopy(array, from, floats(into), at, count);
  }

  @Override
  public void add(int from, NumberArray into, int at, int count) {
    var sums = floats(into);
    for (int i = 0; i < count; i++) {
      sums[at + i] += array[from + i];
    }
  }

  @Override
  public void gather(int[] rows, int width, MemorySegment into) {
    for (int i = 0; i < rows.length; i++) {
      long at = (long) i * width * Float.BYTES;
      MemorySegment.copy(array, rows[i] * width, into, JAVA_FLOAT_UNALIGNED, at, width);
    }
  }

  @Override
  public void scatter(int[] rows, int width, NumberArray into) {
    var others = floats(into);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(array, i * width, others, rows[i] * width, width);
    }
  }

  @Override
  public void set(int at, int count, MemorySegment from) {
    MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, 0, array, at, count);
  }

  @Override
  public void clear() {
    Arrays.fill(array, 0);
  }

  @Override
  public NumberArray resized(int length) {
    return new FloatNumberArray(Arrays.copyOf(array, length));
  }
}
