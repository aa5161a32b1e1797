package io.mobula.ps.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Type of the numbers of a table. */
public enum NumberType {
  /** 32-bit IEEE 754 floating-point numbers. */
  FLOAT(Float.BYTES),
  /** 64-bit IEEE 754 floating-point numbers. */
  DOUBLE(Double.BYTES);

  /** Size in bytes up to which a copy costs less than sharing memory. */
  private static final int LARGE = 64 << 10;

  private static final int INFINITE_FLOAT = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
  private static final int BLOCK = 1024;

  private final int bytes;

  NumberType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns whether that many numbers are kept in store memory rather than in an array. */
  public boolean isLarge(long count) {
    return count * bytes > LARGE;
  }

  /** Returns the plural of the type's name, for messages. */
  public String pluralName() {
    return switch (this) {
      case FLOAT -> "floats";
      case DOUBLE -> "doubles";
    };
  }

  /** Returns the size of a number in bytes. */
  public int bytes() {
    return bytes;
  }

  /** Returns the index of the first number that is infinite or NaN, or -1. Reads all numbers. */
  public long firstNotFinite(MemorySegment numbers) {
    boolean finite = switch (this) {
      case FLOAT -> areFiniteFloats(numbers);
      case DOUBLE -> areFiniteDoubles(numbers);
    };
    return finite ? -1 : search(numbers);
  }

  /**
   * Returns whether no exponent has all bits set, by a loop over integers that the JVM vectorizes.
   * Off-heap memory and arrays have separate loops, as a loop that meets both is compiled well for
   * neither.
   */
  private static boolean areFiniteFloats(MemorySegment numbers) {
    int largest = numbers.isNative() ? largestInMemory(numbers) : largestInArray(numbers);
    return largest < INFINITE_FLOAT;
  }

  private static int largestInMemory(MemorySegment numbers) {
    int largest = 0;
    long count = numbers.byteSize() / Float.BYTES;
    for (long i = 0; i < count; i++) {
      int bits = numbers.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
      largest = Math.max(largest, bits & Integer.MAX_VALUE);
    }
    return largest;
  }

  private static int largestInArray(MemorySegment numbers) {
    int largest = 0;
    for (int bits : numbers.toArray(ValueLayout.JAVA_INT_UNALIGNED)) {
      largest = Math.max(largest, bits & Integer.MAX_VALUE);
    }
    return largest;
  }

  private static boolean areFiniteDoubles(MemorySegment numbers) {
    var block = new double[BLOCK];
    long count = numbers.byteSize() / Double.BYTES;
    boolean finite = true;
    for (long done = 0; done < count && finite; done += BLOCK) {
      int n = (int) Math.min(BLOCK, count - done);
      MemorySegment.copy(
          numbers, ValueLayout.JAVA_DOUBLE_UNALIGNED, done * Double.BYTES, block, 0, n);
      for (int i = 0; i < n; i++) {
        finite &= Math.abs(block[i]) <= Double.MAX_VALUE;
      }
    }
    return finite;
  }

  /** Returns the sum of the squares of all numbers. */
  public double sumOfSquares(MemorySegment numbers) {
    double sum = 0;
    long count = numbers.byteSize() / bytes;
    for (long done = 0; done < count; done += BLOCK) {
      long n = Math.min(BLOCK, count - done);
      sum += squaresOfBlock(numbers.asSlice(done * bytes, n * bytes));
    }
    return sum;
  }

  private double squaresOfBlock(MemorySegment block) {
    double sum = 0;
    switch (this) {
      case FLOAT -> {
        for (float number : block.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
          sum += (double) number * number;
        }
      }
      case DOUBLE -> {
        for (double number : block.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED)) {
          sum += number * number;
        }
      }
    }
    return sum;
  }

  /** Returns memory with floats as numbers of this type; for floats it is the array itself. */
  public MemorySegment widened(float[] numbers) {
    return switch (this) {
      case FLOAT -> MemorySegment.ofArray(numbers);
      case DOUBLE -> {
        var wide = new double[numbers.length];
        for (int i = 0; i < wide.length; i++) {
          wide[i] = numbers[i];
        }
        yield MemorySegment.ofArray(wide);
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

  /** Returns the number at an index. */
  public double at(MemorySegment numbers, long index) {
    return switch (this) {
      case FLOAT -> numbers.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
      case DOUBLE -> numbers.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index);
    };
  }

  /** Sets the number at an index. */
  public void set(MemorySegment numbers, long index, double value) {
    switch (this) {
      case FLOAT -> numbers.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index, (float) value);
      case DOUBLE -> numbers.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, index, value);
    }
  }
}
