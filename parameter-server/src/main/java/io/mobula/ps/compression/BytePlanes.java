package io.mobula.ps.compression;

/**
 * The bytes of four-byte numbers in another order: all first ones, all second ones, and so on.
 * Signs and exponents, which repeat, come to lie side by side, and compress; the rest never does.
 */
final class BytePlanes {
  private static final int PLANES = Float.BYTES;

  private BytePlanes() {}

  /** The bytes by planes; any number of them, whatever they are. */
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

  /** The bytes that were split. */
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
