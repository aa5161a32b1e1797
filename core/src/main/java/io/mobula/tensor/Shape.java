package io.mobula.tensor;

import io.mobula.error.InvalidRequestException;
import java.util.Arrays;

/**
 * Shape of a tensor: the lengths of its axes and the arithmetic on them. Row-major, so the last
 * axis is contiguous. Immutable.
 */
final class Shape {
  private final long[] lengths;
  private final long size;

  private Shape(long[] lengths, long size) {
    this.lengths = lengths;
    this.size = size;
  }

  /** Returns a shape of these lengths; no lengths mean a scalar of one element. */
  static Shape of(DType dtype, long... lengths) {
    long size = 1;
    try {
      for (long length : lengths) {
        if (length < 0) {
          throw new InvalidRequestException(
              "Shape " + Arrays.toString(lengths) + " has an axis of negative length");
        }
        size = Math.multiplyExact(size, length);
      }
      Math.multiplyExact(size, (long) dtype.byteSize());
    } catch (ArithmeticException tooLarge) {
      throw new InvalidRequestException("Shape " + Arrays.toString(lengths) + " of " + dtype
          + " has more bytes than a long can count");
    }
    return new Shape(lengths.clone(), size);
  }

  /** Returns a shape for {@code had} elements; no lengths mean one axis of that many. */
  static Shape covering(long had, DType dtype, long... lengths) {
    Shape shape = lengths.length == 0 ? of(dtype, had) : of(dtype, lengths);
    shape.requireSize(had);
    return shape;
  }

  void requireSize(long had) {
    if (size != had) {
      throw new InvalidRequestException(
          "Shape " + this + " wants " + size + " elements, had " + had);
    }
  }

  long size() {
    return size;
  }

  long[] lengths() {
    return lengths.clone();
  }

  /** Returns the shape of rows {@code from} to {@code to} (exclusive) of the first axis. */
  Shape slice(long from, long to) {
    if (lengths.length == 0) {
      throw new InvalidRequestException("A tensor without axes has no rows to slice");
    }
    if (from < 0 || to < from || to > lengths[0]) {
      throw new InvalidRequestException("Slice " + from + " to " + to + " of " + this
          + ": wanted 0 <= from <= to <= " + lengths[0]);
    }
    long[] sliced = lengths.clone();
    sliced[0] = to - from;
    return new Shape(sliced, rowSize() * (to - from));
  }

  /** Returns the number of elements in one row of the first axis. */
  long rowSize() {
    return lengths[0] == 0 ? 0 : size / lengths[0];
  }

  /** Returns the index of the element at this position, counted through the whole tensor. */
  long index(long... position) {
    if (position.length != lengths.length) {
      throw new InvalidRequestException(
          "Position " + Arrays.toString(position) + " has " + position.length
              + " coordinates, a tensor of shape " + this + " wants " + lengths.length);
    }
    long index = 0;
    for (int axis = 0; axis < lengths.length; axis++) {
      if (position[axis] < 0 || position[axis] >= lengths[axis]) {
        throw new IndexOutOfBoundsException(
            "Position " + Arrays.toString(position) + " is outside shape " + this);
      }
      index = index * lengths[axis] + position[axis];
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(lengths, that.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths);
  }

  @Override
  public String toString() {
    return Arrays.toString(lengths);
  }
}
