package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Input;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Kryo input over a memory segment, read through a small window, with a budget against crafted
 * lengths.
 *
 * <p>Kryo 5.6.2 allocates as many elements as the bytes declare and thus throws
 * {@code OutOfMemoryError} on five crafted bytes. This input first takes every declared length from
 * a budget as large as the input. An element needs at least one byte of its own, so valid bytes
 * never exceed the budget, and all containers of one value together allocate in proportion to the
 * input. Used by one thread at a time.
 */
final class SegmentInput extends Input {
  private static final int WINDOW = 8 * 1024;
  private static final int CHARS_KEPT = 4 * 1024;

  private MemorySegment source = MemorySegment.NULL;
  private long filled;
  private long budget;

  SegmentInput() {
    super(WINDOW);
  }

  /** Starts reading at the first byte of this segment. */
  void open(MemorySegment bytes) {
    source = bytes;
    filled = 0;
    budget = bytes.byteSize();
    position = 0;
    limit = 0;
    total = 0;
  }

  /** Drops the segment, and large scratch memory. */
  void release() {
    source = MemorySegment.NULL;
    limit = 0;
    position = 0;
    if (chars.length > CHARS_KEPT) {
      chars = new char[32];
    }
  }

  /** Returns the number of bytes left to read. */
  long remaining() {
    return source.byteSize() - filled + limit - position;
  }

  /**
   * Reads a declared count of elements that take at least {@code bytesEach} bytes each, and takes
   * it from the budget.
   */
  int readCount(int bytesEach) {
    int count = readVarInt(true);
    claim(count, bytesEach);
    return count;
  }

  /** Takes a declared count from the budget, or throws if it is too large. */
  void claim(long count, int bytesEach) {
    if (count < 0 || count > remaining() / bytesEach || count > budget) {
      throw GraphException.withReason(
          "the bytes declare " + count + " elements but only " + remaining() + " bytes are left");
    }
    budget -= count;
  }

  /**
   * Takes an array length from the budget if it is in proportion to the input; returns whether it
   * was.
   */
  boolean tryClaim(long arrayLength) {
    long share = arrayLength / 8;
    if (arrayLength < 0 || share > budget) {
      return false;
    }
    budget -= share;
    return true;
  }

  @Override
  public String readString() {
    checkDeclaredChars();
    return super.readString();
  }

  @Override
  public StringBuilder readStringBuilder() {
    checkDeclaredChars();
    return super.readStringBuilder();
  }

  private void checkDeclaredChars() {
    if (!readVarIntFlag()) {
      return;
    }
    optional(5);
    int start = position;
    int declared = readVarIntFlag(true);
    if (declared < 0 || declared - 1L > remaining()) {
      throw GraphException.withReason("the bytes declare a string of " + declared
          + " characters but " + remaining() + " are left");
    }
    position = start;
  }

  @Override
  public byte[] readBytes(int length) {
    if (length < 0 || length > remaining()) {
      throw GraphException.withReason(
          "the bytes declare " + length + " bytes but only " + remaining() + " are left");
    }
    return super.readBytes(length);
  }

  @Override
  protected int fill(byte[] window, int offset, int count) {
    long left = source.byteSize() - filled;
    if (left == 0) {
      return -1;
    }
    int copied = (int) Math.min(left, count);
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, filled, window, offset, copied);
    filled += copied;
    return copied;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, remaining());
  }
}
