package io.mobula.ps.shard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What the numbers of a table are. */
public enum Element {
  /** 32 bits. */
  FLOAT(Float.BYTES),
  /** 64 bits. */
  DOUBLE(Double.BYTES);

  /** Below so many bytes a copy costs less than all that it takes to do without. */
  private static final int LARGE = 64 << 10;

  private static final int INFINITE_FLOAT = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
  private static final long INFINITE_DOUBLE = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);

  private final int bytes;

  Element(int bytes) {
    this.bytes = bytes;
  }

  /** Whether so many numbers lie in store memory, and not in an array. */
  public boolean isLarge(long count) {
    return count * bytes > LARGE;
  }

  /** How many bytes one takes. */
  public int bytes() {
    return bytes;
  }

  /**
   * The index of the first number that is infinite or none, or -1. Reads all of it: exponents of
   * all ones are what is looked for, in a loop of integers that the JVM vectorizes.
   */
  public long firstNotFinite(MemorySegment numbers) {
    return areFinite(numbers) ? -1 : search(numbers);
  }

  private boolean areFinite(MemorySegment numbers) {
    long count = numbers.byteSize() / bytes;
    return switch (this) {
      case FLOAT -> {
        int largest = 0;
        for (long i = 0; i < count; i++) {
          int bits = numbers.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
          largest = Math.max(largest, bits & Integer.MAX_VALUE);
        }
        yield largest < INFINITE_FLOAT;
      }
      case DOUBLE -> {
        long largest = 0;
        for (long i = 0; i < count; i++) {
          long bits = numbers.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
          largest = Math.max(largest, bits & Long.MAX_VALUE);
        }
        yield largest < INFINITE_DOUBLE;
      }
    };
  }

  private long search(MemorySegment numbers) {
    long index = 0;
    while (Double.isFinite(at(numbers, index))) {
      index++;
    }
    return index;
  }

  /** The number at that index. */
  public double at(MemorySegment numbers, long index) {
    return switch (this) {
      case FLOAT -> numbers.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
      case DOUBLE -> numbers.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index);
    };
  }

  /** Sets the number at that index. */
  public void set(MemorySegment numbers, long index, double value) {
    switch (this) {
      case FLOAT -> numbers.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index, (float) value);
      case DOUBLE -> numbers.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index, value);
    }
  }
}
