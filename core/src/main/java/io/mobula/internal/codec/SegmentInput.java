package io.mobula.internal.codec;

import com.esotericsoftware.kryo.io.Input;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Kryo's input over a memory segment, read through a small window, with a budget against crafted
 * lengths.
 *
 * <p>Kryo 5.6.2 allocates what a declared length says and so throws {@code OutOfMemoryError} on
 * five crafted bytes. Here every declared length is first taken from a budget as large as the
 * input: an element needs at least one byte of its own, so honest bytes never exceed it, and all
 * containers of one value together allocate in proportion to their bytes. Used by one thread at a
 * time.
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

  /** Starts at the first byte of this segment. */
  void open(MemorySegment bytes) {
    source = bytes;
    filled = 0;
    budget = bytes.byteSize();
    position = 0;
    limit = 0;
    total = 0;
  }

  /** Forgets the segment, and large scratch space. */
  void release() {
    source = MemorySegment.NULL;
    limit = 0;
    position = 0;
    if (chars.length > CHARS_KEPT) {
      chars = new char[32];
    }
  }

  /** How many bytes are left to read. */
  long remaining() {
    return source.byteSize() - filled + limit - position;
  }

  /**
   * Reads a declared count of elements that take at least {@code bytesEach} each, and takes it from
   * the budget.
   */
  int readCount(int bytesEach) {
    int count = readVarInt(true);
    claim(count, bytesEach);
    return count;
  }

  /** Takes a declared count from the budget or refuses it. */
  void claim(long count, int bytesEach) {
    if (count < 0 || count > remaining() / bytesEach || count > budget) {
      throw GraphException.withReason(
          "the bytes declare " + count + " elements but only " + remaining() + " bytes are left");
    }
    budget -= count;
  }

  /**
   * Whether an array of this length is in proportion to the input; takes it from the budget if so.
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
