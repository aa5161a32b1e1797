package io.mobula.ps;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Bytes that nobody has written: valid ones with some bits, numbers or lengths changed, cut or made
 * longer. A seed decides. {@code -Dmobula.test.fuzz.seconds} is for how long a test alters them.
 */
public final class Altered {
  private static final int[] NUMBERS = {
    0, 1, -1, 127, 255, 1 << 16, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE
  };

  private Altered() {}

  /** Does something with altered bytes. */
  @FunctionalInterface
  public interface Attempt {
    /** Throws what is wrong; a refusal is not. */
    void with(byte[] altered) throws Exception;
  }

  /** Alters these for a moment, or for as long as the build says; returns how often. */
  public static long eachOf(String what, byte[] valid, Attempt attempt) throws Exception {
    long seed = Long.getLong("mobula.test.fuzz.seed", System.nanoTime());
    var seconds = Long.getLong("mobula.test.fuzz.seconds");
    long nanos = seconds == null ? 30_000_000L : TimeUnit.SECONDS.toNanos(seconds);
    var random = new Random(seed);
    long inputs = 0;
    for (long begun = System.nanoTime(); System.nanoTime() - begun < nanos; inputs++) {
      var altered = of(valid, random);
      try {
        attempt.with(altered.clone());
      } catch (Exception | Error wrong) {
        throw new AssertionError(
            what + ", seed " + seed + ": " + Arrays.toString(Arrays.copyOf(altered, 400)), wrong);
      }
    }
    System.out.println("fuzz " + what + ": seed " + seed + ", " + inputs + " inputs");
    return inputs;
  }

  private static byte[] of(byte[] valid, Random random) {
    var bytes = valid.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
        default -> {
          if (at + Integer.BYTES <= bytes.length) {
            ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at, NUMBERS[random.nextInt(NUMBERS.length)]);
          }
        }
      }
    }
    return bytes;
  }
}
