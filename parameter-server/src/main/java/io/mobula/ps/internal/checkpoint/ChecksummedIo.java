package io.mobula.ps.internal.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Input and output of files with checksums, in blocks small enough to stay in the cache between the
 * checksum and the system call. Off-heap memory is not copied; arrays are copied block by block.
 */
final class ChecksummedIo {
  private static final int BYTES = 256 << 10;

  private ChecksummedIo() {}

  /** Appends all of the memory to a file, and adds it to the checksum. */
  static void write(MemorySegment from, FileChannel to, CRC32C crc) throws IOException {
    for (long done = 0; done < from.byteSize(); done += BYTES) {
      var block = outgoing(from.asSlice(done, Math.min(BYTES, from.byteSize() - done)));
      crc.update(block.duplicate());
      while (block.hasRemaining()) {
        to.write(block);
      }
    }
  }

  private static ByteBuffer outgoing(MemorySegment block) {
    return block.isNative()
        ? block.asByteBuffer()
        : ByteBuffer.wrap(block.toArray(ValueLayout.JAVA_BYTE));
  }

  /** Computes the checksum of a whole file. */
  static int checksum(FileChannel file, long length) throws IOException {
    var crc = new CRC32C();
    var bytes = new byte[(int) Math.min(BYTES, length)];
    for (long done = 0; done < length; done += BYTES) {
      var block = ByteBuffer.wrap(bytes, 0, (int) Math.min(BYTES, length - done));
      fill(file, done, block);
      crc.update(block.flip());
    }
    return (int) crc.getValue();
  }

  private static void fill(FileChannel from, long at, ByteBuffer block) throws IOException {
    while (block.hasRemaining()) {
      if (from.read(block, at + block.position()) < 0) {
        throw new EOFException("It ends at byte " + (at + block.position()));
      }
    }
  }
}
