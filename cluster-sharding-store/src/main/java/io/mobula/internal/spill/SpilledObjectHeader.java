package io.mobula.internal.spill;

import io.mobula.error.ObjectLostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Header in front of an object's bytes in a spill file. Little endian;
 * {@code docs/memory-layout.md} has the table of every byte.
 *
 * @param number number of the object among all that the process has written
 * @param bytes length of the content
 * @param sum CRC32C of the content
 */
record SpilledObjectHeader(long number, long bytes, int sum) {
  static final int BYTES = 64;

  private static final long MAGIC = 0x0A0D4C4C4950534DL; // "MSPILL\r\n"
  private static final int VERSION = 1;
  private static final int CHECKED = 36;

  /** Rounds an offset up to where the next header may be. */
  static long aligned(long offset) {
    return (offset + BYTES - 1) & -BYTES;
  }

  ByteBuffer encode() {
    var header = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header
        .putLong(MAGIC)
        .putInt(VERSION)
        .putInt(0)
        .putLong(number)
        .putLong(bytes)
        .putInt(sum);
    header.putInt(sumOf(header));
    return header.clear();
  }

  /** Throws if {@code read}, a header as it was read, differs from this one. */
  void require(ByteBuffer read, Function<String, ObjectLostException> lost) {
    var had = read.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (had.getLong(0) != MAGIC || had.getInt(CHECKED) != sumOf(had)) {
      throw lost.apply("its header is damaged");
    }
    if (had.getInt(8) != VERSION) {
      throw lost.apply("it is of version " + had.getInt(8) + ", wanted " + VERSION);
    }
    if (had.getLong(16) != number || had.getLong(24) != bytes || had.getInt(32) != sum) {
      throw lost.apply("object " + had.getLong(16) + " of " + had.getLong(24)
          + " bytes is there, wanted object " + number);
    }
  }

  private static int sumOf(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.duplicate().position(0).limit(CHECKED));
    return (int) crc.getValue();
  }
}
