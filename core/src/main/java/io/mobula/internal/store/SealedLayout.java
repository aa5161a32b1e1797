package io.mobula.internal.store;

import io.mobula.error.StoreException;
import io.mobula.internal.codec.EncodedValue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Layout of a value in a sealed object: a header, the codec's bytes, then each out-of-band buffer
 * at the start of a cache line. Little endian; {@code docs/memory-layout.md} has the table of every
 * byte.
 */
final class SealedLayout {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int MAGIC = 0x564A424D; // "MBJV"
  private static final int VERSION = 1;
  private static final int HEADER = 24;
  private static final int PER_BUFFER = 16;
  private static final int LINE = 64;

  /**
   * Space in front of the bytes of an {@link io.mobula.ObjectBuffer}: enough to describe a tensor
   * of rank 64.
   */
  static final int FRONT = 1024;

  /**
   * Parts of a value that is read in place, as slices of the object.
   *
   * @param bytes the codec's bytes
   * @param buffers the codec's out-of-band buffers
   */
  record Parts(MemorySegment bytes, List<MemorySegment> buffers) {}

  private SealedLayout() {}

  static long sizeOf(EncodedValue encoded) {
    long end = bytesOffset(encoded) + encoded.bytes().length;
    for (var buffer : encoded.buffers()) {
      end = aligned(end) + buffer.byteSize();
    }
    return end;
  }

  /** Writes a whole value. Costs one copy of bytes and buffers. */
  static void write(EncodedValue encoded, MemorySegment target) {
    long offset = bytesOffset(encoded) + encoded.bytes().length;
    for (int i = 0; i < encoded.buffers().size(); i++) {
      var buffer = encoded.buffers().get(i);
      offset = aligned(offset);
      MemorySegment.copy(buffer, 0, target, offset, buffer.byteSize());
      writeBufferEntry(target, i, offset, buffer.byteSize());
      offset += buffer.byteSize();
    }
    writeFront(encoded, target);
  }

  /**
   * Writes the header and the codec's bytes in front of one buffer that is in place already, at
   * offset {@link #FRONT}.
   */
  static void writeAround(EncodedValue encoded, MemorySegment target) {
    if (encoded.buffers().size() != 1 || bytesOffset(encoded) + encoded.bytes().length > FRONT) {
      throw new StoreException(
          "A value made in place needs one buffer and a description of at most " + FRONT
              + " bytes; it has " + encoded.buffers().size() + " and " + encoded.bytes().length
              + ".",
          null);
    }
    writeBufferEntry(target, 0, FRONT, target.byteSize() - FRONT);
    writeFront(encoded, target);
  }

  private static void writeFront(EncodedValue encoded, MemorySegment target) {
    target.set(INT, 0, MAGIC);
    target.set(INT, 4, VERSION);
    target.set(INT, 8, encoded.bytes().length);
    target.set(INT, 12, encoded.buffers().size());
    target.set(LONG, 16, encoded.externals().size());
    MemorySegment.copy(
        MemorySegment.ofArray(encoded.bytes()),
        0,
        target,
        bytesOffset(encoded),
        encoded.bytes().length);
  }

  private static void writeBufferEntry(MemorySegment target, int index, long offset, long length) {
    long at = HEADER + (long) index * PER_BUFFER;
    target.set(LONG, at, offset);
    target.set(LONG, at + 8, length);
  }

  /** Returns whether the bytes begin like a sealed value. */
  static boolean isAt(MemorySegment object) {
    return object.byteSize() >= HEADER && object.get(INT, 0) == MAGIC;
  }

  /**
   * Finds the parts of a sealed value.
   *
   * @throws StoreException when the bytes are not a sealed value
   */
  static Parts read(MemorySegment object) {
    if (!isAt(object) || object.get(INT, 4) != VERSION) {
      throw new StoreException(
          "Not a sealed value of layout " + VERSION + ": " + object.byteSize() + " bytes", null);
    }
    int length = object.get(INT, 8);
    int count = object.get(INT, 12);
    long table = HEADER + (long) count * PER_BUFFER;
    if (length < 0 || count < 0 || table + length > object.byteSize()) {
      throw new StoreException(
          "A sealed value of " + object.byteSize() + " bytes claims " + count + " buffers and "
              + length + " bytes",
          null);
    }
    return new Parts(object.asSlice(table, length), readBuffers(object, count, table + length));
  }

  /**
   * Reads the table of buffers. Each buffer starts after the end of the one before, so all together
   * are no larger than the object.
   */
  private static List<MemorySegment> readBuffers(MemorySegment object, int count, long front) {
    var buffers = new ArrayList<MemorySegment>(count);
    long end = front;
    for (int i = 0; i < count; i++) {
      long at = HEADER + (long) i * PER_BUFFER;
      long offset = object.get(LONG, at);
      long length = object.get(LONG, at + 8);
      if (offset < end || length < 0 || length > object.byteSize() - offset) {
        throw new StoreException(
            "A sealed value of " + object.byteSize() + " bytes claims a buffer of " + length
                + " bytes at " + offset + ", behind others that end at " + end,
            null);
      }
      buffers.add(object.asSlice(offset, length));
      end = offset + length;
    }
    return buffers;
  }

  /**
   * Returns whether an object is the value with these codec bytes and that very buffer. Costs a
   * copy of the bytes.
   */
  static boolean matches(MemorySegment object, byte[] bytes, MemorySegment buffer) {
    if (!isAt(object)) {
      return false;
    }
    var parts = read(object);
    return parts.buffers().size() == 1
        && parts.buffers().getFirst().address() == buffer.address()
        && parts.buffers().getFirst().byteSize() == buffer.byteSize()
        && parts.bytes().byteSize() == bytes.length
        // MemorySegment.mismatch would end the process at a page that is missing
        && Arrays.equals(parts.bytes().toArray(ValueLayout.JAVA_BYTE), bytes);
  }

  private static long bytesOffset(EncodedValue encoded) {
    return HEADER + (long) encoded.buffers().size() * PER_BUFFER;
  }

  private static long aligned(long offset) {
    return (offset + LINE - 1) & -LINE;
  }
}
