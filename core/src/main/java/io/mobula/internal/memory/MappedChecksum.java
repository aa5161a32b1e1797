package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;

/**
 * CRC32C of bytes that may lie in a mapped file. Not thread-safe.
 *
 * <p>A page of a mapped file may be missing: the file was cut, or it is sparse and its file system
 * is full. The JVM survives that when it copies memory, and raises {@link InternalError}; the
 * machine code of its checksums, by contrast, ends the process with SIGBUS. So the bytes are copied
 * to the heap, a block at a time, and the copy is summed. After a failed copy the sum is wrong, and
 * the error follows at the latest when this thread leaves its present compiled method.
 */
public final class MappedChecksum {
  /** Size of a block: it stays in the first cache of the processor. */
  private static final int BLOCK_BYTES = 8 << 10;

  private final CRC32C crc = new CRC32C();
  private final byte[] block = new byte[BLOCK_BYTES];

  /** Creates a checksum of no bytes. */
  public MappedChecksum() {}

  /** Begins again, with no bytes. */
  public void reset() {
    crc.reset();
  }

  /** Adds the next bytes of the content. */
  public void update(MemorySegment bytes) {
    long size = bytes.byteSize();
    for (long at = 0; at < size; at += BLOCK_BYTES) {
      int length = (int) Math.min(BLOCK_BYTES, size - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, block, 0, length);
      crc.update(block, 0, length);
    }
  }

  /** Adds some bytes of a buffer. */
  public void update(DirectBuffer buffer, int offset, int length) {
    byte[] array = buffer.byteArray();
    if (array != null) {
      crc.update(array, buffer.wrapAdjustment() + offset, length);
      return;
    }
    for (int at = 0; at < length; at += BLOCK_BYTES) {
      int part = Math.min(BLOCK_BYTES, length - at);
      buffer.getBytes(offset + at, block, 0, part);
      crc.update(block, 0, part);
    }
  }

  /** Returns the sum of the bytes that were added since the last {@link #reset}. */
  public int value() {
    return (int) crc.getValue();
  }
}
