package io.mobula.ps.internal.compression;

/**
 * Transposition of the bytes of four-byte numbers: all first bytes, all second bytes, and so on.
 * Signs and exponents, which repeat, lie side by side and compress; the other bytes do not.
 */
final class BytePlanes {
  private static final int PLANES = Float.BYTES;

  private BytePlanes() {}

  /** Splits bytes into planes; their number need not be a multiple of four. */
  static byte[] split(byte[] bytes) {
    var planes = new byte[bytes.length];
    int next = 0;
    for (int plane = 0; plane < PLANES; plane++) {
      for (int i = plane; i < bytes.length; i += PLANES) {
        planes[next++] = bytes[i];
      }
    }
    return planes;
  }

  /** Restores the bytes that were split. */
  static byte[] join(byte[] planes) {
    var bytes = new byte[planes.length];
    int next = 0;
    for (int plane = 0; plane < PLANES; plane++) {
      for (int i = plane; i < bytes.length; i += PLANES) {
        bytes[i] = planes[next++];
      }
    }
    return bytes;
  }
}
