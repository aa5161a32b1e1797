package io.mobula.ps.internal.compression;

import java.nio.ByteBuffer;

/**
 * Encoding of a count in as few bytes as necessary: seven bits in each, low ones first; the eighth
 * bit says that more follow (LEB128).
 */
final class Varint {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;

  private Varint() {}

  /** Returns how many bytes a count takes, 1 to 5. */
  static int bytes(int count) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(count | 1) + BITS - 1) / BITS;
  }

  static void put(int count, ByteBuffer out) {
    int rest = count;
    while (rest >= MORE) {
      out.put((byte) (rest | MORE));
      rest >>>= BITS;
    }
    out.put((byte) rest);
  }

  /** Reads one encoded count. Altered bytes may result in any int: the caller checks the range. */
  static int get(ByteBuffer in) {
    int count = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += BITS) {
      if (!in.hasRemaining()) {
        throw CompressedFormatException.of("a varint's last byte", "the end");
      }
      byte next = in.get();
      count |= (next & (MORE - 1)) << shift;
      if (next >= 0) {
        return count;
      }
    }
    throw CompressedFormatException.of("a varint of at most 5 bytes", "a longer one");
  }
}
