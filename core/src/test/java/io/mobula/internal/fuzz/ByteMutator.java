package io.mobula.internal.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Mutator that makes invalid bytes from valid ones, determined by a seed. For one thread. */
final class ByteMutator {
  private static final int[] LENGTHS = {
    0, 1, -1, 127, 128, 255, 256, 65_535, 1 << 20, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  private final Random random;
  private final List<byte[]> valid;

  ByteMutator(long seed, List<byte[]> valid) {
    this.random = new Random(seed);
    this.valid = valid;
  }

  byte[] next() {
    var bytes = any().clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] any() {
    return valid.get(random.nextInt(valid.size()));
  }

  private byte[] changed(byte[] bytes) {
    if (bytes.length == 0) {
      return any().clone();
    }
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(9)) {
      case 0 -> with(bytes, at, (byte) (bytes[at] ^ (1 << random.nextInt(8))));
      case 1 -> with(bytes, at, (byte) random.nextInt());
      case 2 -> with(bytes, at, (byte) (bytes[at] + (random.nextBoolean() ? 1 : -1)));
      case 3 -> Arrays.copyOf(bytes, at);
      case 4 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
      case 5, 6 -> withNumber(bytes, at);
      case 7 -> spliced(bytes, at);
      default -> without(bytes, at);
    };
  }

  private static byte[] with(byte[] bytes, int at, byte value) {
    bytes[at] = value;
    return bytes;
  }

  /**
   * Replaces a number by a wrong length or count, or another unusual number, in either byte order.
   */
  private byte[] withNumber(byte[] bytes, int at) {
    var order = random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    var buffer = ByteBuffer.wrap(bytes).order(order);
    int number = random.nextInt(3) == 0
        ? random.nextInt(2 * bytes.length)
        : LENGTHS[random.nextInt(LENGTHS.length)];
    if (random.nextBoolean() && at + Long.BYTES <= bytes.length) {
      buffer.putLong(at, random.nextBoolean() ? number : (long) number << random.nextInt(40));
    } else if (at + Integer.BYTES <= bytes.length) {
      buffer.putInt(at, number);
    } else {
      bytes[at] = (byte) number;
    }
    return bytes;
  }

  /** Continues with the rest of another input. */
  private byte[] spliced(byte[] bytes, int at) {
    var other = any();
    int from = other.length == 0 ? 0 : random.nextInt(other.length);
    var joined = Arrays.copyOf(bytes, at + other.length - from);
    System.arraycopy(other, from, joined, at, other.length - from);
    return joined;
  }

  private byte[] without(byte[] bytes, int at) {
    int count = Math.min(1 + random.nextInt(8), bytes.length - at);
    var shorter = Arrays.copyOf(bytes, bytes.length - count);
    System.arraycopy(bytes, at + count, shorter, at, bytes.length - at - count);
    return shorter;
  }
}
