package io.mobula.ps.kernel;

import java.lang.foreign.MemorySegment;

/**
 * An array of numbers of a table's element type, with what is done to rows of them where the type
 * is of no matter. Not safe for use by several threads.
 */
public abstract sealed class NumberArray permits FloatNumberArray, DoubleNumberArray {
  NumberArray() {}

  /** So many zeros. */
  public static NumberArray zeros(NumberType numberType, int length) {
    return switch (numberType) {
      case FLOAT -> of(new float[length]);
      case DOUBLE -> of(new double[length]);
    };
  }

  /** These, which are not copied. */
  public static NumberArray of(float[] numbers) {
    return new FloatNumberArray(numbers);
  }

  /** These, which are not copied. */
  public static NumberArray of(double[] numbers) {
    return new DoubleNumberArray(numbers);
  }

  /**
   * As it came in a message.
   *
   * @param array of floats or doubles
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

  /** What they are. */
  public abstract NumberType numberType();

  /** How many. */
  public abstract int length();

  /** The array itself, {@code float[]} or {@code double[]}. */
  public abstract Object array();

  /** The array as memory. */
  public abstract MemorySegment memory();

  /** One of them. */
  public abstract double at(int index);

  /** Copies some of them over some of others. */
  public abstract void copy(int from, NumberArray into, int at, int count);

  /** Adds some of them to some of others. */
  public abstract void add(int from, NumberArray into, int at, int count);

  /** Copies rows of so many numbers to memory, one after the other. */
  public abstract void gather(int[] rows, int width, MemorySegment into);

  /** Copies its rows of so many numbers, in order, over those of others. */
  public abstract void scatter(int[] rows, int width, NumberArray into);

  /** Sets some of them to the first numbers in memory. */
  public abstract void set(int at, int count, MemorySegment from);

  /** Sets all to 0. */
  public abstract void clear();

  /** A copy with so many: those that come first, then zeros. */
  public abstract NumberArray resized(int length);
}
