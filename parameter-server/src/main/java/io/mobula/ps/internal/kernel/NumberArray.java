package io.mobula.ps.internal.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Array of numbers of a table's number type, with operations on rows that do not depend on the
 * type. Not safe for use by several threads.
 */
public abstract sealed class NumberArray permits FloatNumberArray, DoubleNumberArray {
  NumberArray() {}

  /** Allocates an array of zeros. */
  public static NumberArray zeros(NumberType numberType, int length) {
    return switch (numberType) {
      case FLOAT -> of(new float[length]);
      case DOUBLE -> of(new double[length]);
    };
  }

  /** Wraps an array of floats without copying it. */
  public static NumberArray of(float[] numbers) {
    return new FloatNumberArray(numbers);
  }

  /** Wraps an array of doubles without copying it. */
  public static NumberArray of(double[] numbers) {
    return new DoubleNumberArray(numbers);
  }

  /**
   * Wraps an array that came in a message.
   *
   * @param array {@code float[]} or {@code double[]}
   */
  public static NumberArray ofArray(Object array) {
    return switch (array) {
      case float[] floats -> of(floats);
      case double[] doubles -> of(doubles);
      default ->
        throw new IllegalArgumentException(
            "Wanted an array of floats or of doubles, got " + array.getClass().getName());
    };
  }

  /** Returns the type of the numbers. */
  public abstract NumberType numberType();

  /** Returns how many numbers there are. */
  public abstract int length();

  /** Returns the array itself, {@code float[]} or {@code double[]}. */
  public abstract Object array();

  /** Returns a memory segment over the array. */
  public abstract MemorySegment memory();

  /** Returns the number at an index. */
  public abstract double at(int index);

  /** Copies a range of numbers into another array. */
  public abstract void copy(int from, NumberArray into, int at, int count);

  /** Adds a range of numbers to a range of another array. */
  public abstract void add(int from, NumberArray into, int at, int count);

  /** Copies the given rows, each of {@code width} numbers, into contiguous memory. */
  public abstract void gather(int[] rows, int width, MemorySegment into);

  /**
   * Copies all rows of this array, each of {@code width} numbers, to the given rows of another
   * array.
   */
  public abstract void scatter(int[] rows, int width, NumberArray into);

  /** Sets a range to the first numbers in memory. */
  public abstract void set(int at, int count, MemorySegment from);

  /** Sets all numbers to 0. */
  public abstract void clear();

  /** Returns a copy of another length, truncated or padded with zeros. */
  public abstract NumberArray resized(int length);
}
