package io.mobula.ps.internal.compression;

/**
 * Refusal of bytes that are no encoding of the expected compression and length: cut off, altered,
 * or made by another compression. Sending the gradient again may succeed.
 */
public final class CompressedFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private CompressedFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  private CompressedFormatException(String message) {
    super(message);
  }

  static CompressedFormatException of(String wanted, Object there) {
    return new CompressedFormatException(told(wanted, there));
  }

  static CompressedFormatException of(String wanted, Object there, Throwable cause) {
    return new CompressedFormatException(told(wanted, there), cause);
  }

  static void requireSame(String what, int wanted, int there) {
    if (wanted != there) {
      throw of(wanted + " as " + what, there);
    }
  }

  static void requireWithin(String what, int min, int max, int there) {
    if (there < min || there > max) {
      throw of(min + " to " + max + " as " + what, there);
    }
  }

  private static String told(String wanted, Object there) {
    return "Wanted " + wanted + " in an encoded gradient, there was " + there
        + ": the bytes were cut off or altered, or made by another compression or for another "
        + "length. Use the same for the worker and the shard.";
  }
}
