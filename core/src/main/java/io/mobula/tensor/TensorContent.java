package io.mobula.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Layouts of the elements of tensors, and comparison and hash of their bytes. */
final class TensorContent {
  /** Byte order of all elements. */
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  static final ValueLayout.OfFloat FLOAT32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfDouble FLOAT64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfByte INT8 = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfShort INT16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfLong INT64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private static final long HASHED_BYTES = 4096;

  private TensorContent() {}

  /** Returns the layout of an element of this type. */
  static ValueLayout layoutOf(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> FLOAT32;
      case FLOAT64 -> FLOAT64;
      case INT8 -> INT8;
      case INT16 -> INT16;
      case INT32 -> INT32;
      case INT64 -> INT64;
    };
  }

  /**
   * Returns whether two segments of the same size have the same bytes.
   *
   * <p>Compares word by word: at a page that is missing, as when a mapped file was cut,
   * {@link MemorySegment#mismatch} would end the process with SIGBUS, whereas a read of a word
   * throws an {@link InternalError}.
   */
  static boolean areEqual(MemorySegment one, MemorySegment other) {
    long words = one.byteSize() / Long.BYTES;
    for (long word = 0; word < words; word++) {
      if (one.getAtIndex(INT64, word) != other.getAtIndex(INT64, word)) {
        return false;
      }
    }
    for (long at = words * Long.BYTES; at < one.byteSize(); at++) {
      if (one.get(INT8, at) != other.get(INT8, at)) {
        return false;
      }
    }
    return true;
  }

  /** Returns a hash of the first 4 KiB. */
  static int hashOfHead(MemorySegment memory) {
    int hash = 1;
    for (long at = 0; at < Math.min(HASHED_BYTES, memory.byteSize()); at++) {
      hash = 31 * hash + memory.get(INT8, at);
    }
    return hash;
  }
}
