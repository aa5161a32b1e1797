package io.mobula.tensor;

/** Element type of a {@link Tensor}: a number format and its size. */
public enum DType {
  /** IEEE 754 single precision, Java's {@code float}. */
  FLOAT32(4),
  /** IEEE 754 double precision, Java's {@code double}. */
  FLOAT64(8),
  /** Signed 8-bit integer, Java's {@code byte}. */
  INT8(1),
  /** Signed 16-bit integer, Java's {@code short}. */
  INT16(2),
  /** Signed 32-bit integer, Java's {@code int}. */
  INT32(4),
  /** Signed 64-bit integer, Java's {@code long}. */
  INT64(8);

  private final int byteSize;

  DType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Returns the size of one element in bytes. */
  public int byteSize() {
    return byteSize;
  }
}
