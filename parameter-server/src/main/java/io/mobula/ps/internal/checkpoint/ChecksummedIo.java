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
 * checksum and the system call. Memory is copied block by block: the checksum of a page that is
 * missing, as when a mapped file was cut, would end the process with SIGBUS, and the copy throws an
 * {@link InternalError}.
 */
final class ChecksummedIo {
  private static final int BYTES = 256 << 10;

  private ChecksummedIo() {}

  /** Appends all of the memory to a file, and adds it to the checksum. */
  static void write(MemorySegment from, FileChannel to, CRC32C crc) throws IOException {
    var bytes = new byte[(int) Math.min(BYTES, from.byteSize())];
    for (long done = 0; done < from.byteSize(); done += BYTES) {
      int length = (int) Math.min(BYTES, from.byteSize() - done);
      MemorySegment.copy(from, ValueLayout.JAVA_BYTE, done, bytes, 0, length);
      crc.update(bytes, 0, length);
      var block = ByteBuffer.wrap(bytes, 0, length);
      while (block.hasRemaining()) {
        to.write(block);
      }
    }
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
