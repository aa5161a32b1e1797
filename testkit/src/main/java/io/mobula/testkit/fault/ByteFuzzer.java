package io.mobula.testkit.fault;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Fuzzer for code that reads files and messages: it changes bits, numbers or lengths of valid
 * inputs, and truncates, joins or extends them. Findings are inputs for which the target throws,
 * allocates far more than the input's length, or takes seconds of CPU time. For one thread.
 *
 * <p>A search takes a moment in an ordinary build, or as long as {@code -Dmobula.test.fuzz.seconds}
 * says. It prints its seed, which {@code -Dmobula.test.fuzz.seed} repeats, and each finding with
 * its input in hexadecimal digits.
 */
public final class ByteFuzzer {
  private static final int[] NUMBERS = {
    0, 1, -1, 127, 128, 255, 256, 1 << 16, 1 << 20, 1 << 28, Integer.MAX_VALUE, Integer.MIN_VALUE
  };
  private static final long USUAL_NANOS = TimeUnit.MILLISECONDS.toNanos(30);
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MIN_HEAP = 4 << 20;
  private static final long HEAP_PER_BYTE = 1024;
  private static final int MAX_FOUND = 10;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Random random;
  private final List<byte[]> valid;

  private ByteFuzzer(long seed, List<byte[]> valid) {
    this.random = new Random(seed);
    this.valid = valid;
  }

  /** Target of the fuzzer, which reads bytes. */
  @FunctionalInterface
  public interface FuzzTarget {
    /** Reads the bytes, or rejects them; throws only if the target is wrong. */
    void read(byte[] bytes) throws Exception;
  }

  /**
   * Passes altered valid inputs to a target.
   *
   * @param what name of the search in its output
   * @return the number of inputs
   * @throws AssertionError with the first finding, after all have been printed
   */
  public static long fuzz(String what, List<byte[]> valid, FuzzTarget target) {
    long seed = Long.getLong("mobula.test.fuzz.seed", System.nanoTime());
    var seconds = Long.getLong("mobula.test.fuzz.seconds");
    long nanos = seconds == null ? USUAL_NANOS : TimeUnit.SECONDS.toNanos(seconds);
    var altered = new ByteFuzzer(seed, valid);
    var found = new LinkedHashMap<String, AssertionError>();
    long begun = System.nanoTime();
    long inputs = 0;
    while (System.nanoTime() - begun < nanos && found.size() < MAX_FOUND) {
      inputs++;
      tryOut(altered.next(), target, found);
    }
    System.out.println("fuzz " + what + ": seed " + seed + ", " + inputs + " inputs, "
        + found.size() + " findings, " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
        + " ms");
    found.values().forEach(Throwable::printStackTrace);
    if (!found.isEmpty()) {
      throw found.values().iterator().next();
    }
    return inputs;
  }

  /** Runs one input; keeps one finding for each location in the code. */
  private static void tryOut(byte[] bytes, FuzzTarget target, Map<String, AssertionError> found) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long begun = THREADS.getCurrentThreadCpuTime(); // other processes may take the processor
    try {
      target.read(bytes.clone());
    } catch (Exception | Error wrong) {
      var stack = wrong.getStackTrace();
      var place =
          wrong.getClass() + Arrays.toString(Arrays.copyOf(stack, Math.min(3, stack.length)));
      found.putIfAbsent(place, new AssertionError(shown(bytes) + " ends with " + wrong, wrong));
      return;
    }
    long took = THREADS.getCurrentThreadCpuTime() - begun;
    long needed = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    long max = MIN_HEAP + HEAP_PER_BYTE * bytes.length;
    // a second run excludes one-time allocations
    if (needed > max && allocatedBy(target, bytes) > max) {
      found.putIfAbsent("heap", new AssertionError(shown(bytes) + " takes " + needed + " bytes"));
    }
    if (took > MAX_NANOS) {
      found.putIfAbsent(
          "time", new AssertionError(shown(bytes) + " takes " + took + " ns of CPU time"));
    }
  }

  /**
   * Returns what a second run of the same input allocates; an exception was a finding of the first
   * run already.
   */
  private static long allocatedBy(FuzzTarget target, byte[] bytes) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      target.read(bytes.clone());
    } catch (Exception | Error wrong) {
      return Long.MAX_VALUE;
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static String shown(byte[] bytes) {
    return "An input of " + bytes.length + " bytes (" + HexFormat.of().formatHex(bytes) + ")";
  }

  private byte[] next() {
    var bytes = any().clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      bytes = bytes.length == 0 ? any().clone() : changed(bytes, random.nextInt(bytes.length));
    }
    return bytes;
  }

  private byte[] any() {
    return valid.get(random.nextInt(valid.size()));
  }

  private byte[] changed(byte[] bytes, int at) {
    switch (random.nextInt(9)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> bytes[at] += (byte) (random.nextBoolean() ? 1 : -1);
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        return Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
      }
      case 5 -> {
        return continued(bytes, at);
      }
      case 6 -> {
        return without(bytes, at);
      }
      default -> putNumber(bytes, at);
    }
    return bytes;
  }

  /** Overwrites a number, possibly a length or a count, in either byte order. */
  private void putNumber(byte[] bytes, int at) {
    var order = random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    var buffer = ByteBuffer.wrap(bytes).order(order);
    int number = random.nextInt(3) == 0
        ? random.nextInt(2 * bytes.length)
        : NUMBERS[random.nextInt(NUMBERS.length)];
    if (random.nextBoolean() && at + Long.BYTES <= bytes.length) {
      buffer.putLong(at, random.nextBoolean() ? number : (long) number << random.nextInt(40));
    } else if (at + Integer.BYTES <= bytes.length) {
      buffer.putInt(at, number);
    } else {
      bytes[at] = (byte) number;
    }
  }

  /** Returns the bytes before {@code at}, continued by the tail of another input. */
  private byte[] continued(byte[] bytes, int at) {
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
