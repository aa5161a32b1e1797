package io.mobula.internal.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Fuzzer that passes altered bytes to a decoder, for a short time, or for as many seconds as
 * {@code -Dmobula.test.fuzz.seconds} specifies; {@code -Dmobula.test.fuzz.seed} repeats a run. Each
 * input is decoded or rejected with an error that names it, in bounded memory and time.
 */
public final class DecoderFuzzer {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long MIN_BYTES = 4 << 20;
  private static final long BYTES_EACH = 1024;
  private static final int MAX_FOUND = 10;
  private static final int MAX_PROBES = 10_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private DecoderFuzzer() {}

  /** Decoder of bytes under test. */
  @FunctionalInterface
  public interface Decoder {
    /** Decodes the bytes, or throws the reason why not. */
    void decode(byte[] bytes) throws Exception;
  }

  /**
   * Searches for inputs that break a decoder.
   *
   * @param usual duration in milliseconds, unless the build specifies another
   * @param valid inputs that the decoder accepts
   * @param isRefusal tests whether an error is an expected rejection
   */
  public static void search(
      String name,
      long usual,
      List<byte[]> valid,
      Predicate<Throwable> isRefusal,
      Decoder decoder) {
    searchFor(name, millis(usual), valid, isRefusal, decoder);
  }

  /**
   * Returns the duration of one search: this many milliseconds, unless the build specifies another.
   */
  static long millis(long usual) {
    var seconds = Long.getLong("mobula.test.fuzz.seconds");
    return seconds == null ? usual : TimeUnit.SECONDS.toMillis(seconds);
  }

  /** Searches for the given duration, whatever the build specifies. */
  static void searchFor(
      String name,
      long millis,
      List<byte[]> valid,
      Predicate<Throwable> isRefusal,
      Decoder decoder) {
    long seed = Long.getLong("mobula.test.fuzz.seed", System.nanoTime());
    long limit = TimeUnit.MILLISECONDS.toNanos(millis);
    for (var bytes : valid) {
      check(name, bytes, isRefusal, decoder);
    }
    var byteMutator = new ByteMutator(seed, valid);
    long begun = System.nanoTime();
    long inputs = 0;
    long refused = 0;
    var found = new LinkedHashMap<String, AssertionError>();
    while (System.nanoTime() - begun < limit && found.size() < MAX_FOUND) {
      inputs++;
      try {
        refused +=
            check(name + " (seed " + seed + ")", byteMutator.next(), isRefusal, decoder) ? 1 : 0;
      } catch (AssertionError wrong) {
        found.putIfAbsent(placeOf(wrong), wrong);
      }
    }
    System.out.println("fuzz " + name + ": seed " + seed + ", " + inputs + " inputs, " + refused
        + " refused, " + found.size() + " findings, "
        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms");
    found.values().forEach(Throwable::printStackTrace);
    if (!found.isEmpty()) {
      throw found.firstEntry().getValue();
    }
  }

  /** Returns where the error was thrown; only one error of each place is shown. */
  private static String placeOf(AssertionError wrong) {
    var cause = wrong.getCause();
    return cause == null
        ? ""
        : cause.getClass() + Arrays.toString(Arrays.copyOf(cause.getStackTrace(), 3));
  }

  /** Checks one input; returns whether it was rejected. */
  public static boolean check(
      String name, byte[] bytes, Predicate<Throwable> isRefusal, Decoder decoder) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long begun = THREADS.getCurrentThreadCpuTime(); // other processes may take the processor
    var failure = failureOf(bytes.clone(), decoder);
    long took = THREADS.getCurrentThreadCpuTime() - begun;
    long needed = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    long most = MIN_BYTES + BYTES_EACH * bytes.length;
    if (failure != null && !(isRefusal.test(failure) && failure.getMessage() != null)) {
      throw wrong(name, bytes, "ends with " + failure, failure);
    }
    if (needed > most && allocatedBy(bytes, decoder) > most) { // not by one-time initialization
      throw wrong(
          name, bytes, "takes " + needed + " bytes of the heap", duringAgain(bytes, decoder));
    }
    if (took > MAX_NANOS) {
      throw wrong(name, bytes, "takes " + took + " ns of CPU time", failure);
    }
    return failure != null;
  }

  private static long allocatedBy(byte[] bytes, Decoder decoder) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    var _ = failureOf(bytes.clone(), decoder);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static @Nullable Throwable failureOf(byte[] bytes, Decoder decoder) {
    try {
      decoder.decode(bytes);
      return null;
    } catch (Exception | Error failure) {
      return failure;
    }
  }

  /** Decodes the input once more in a thread, and samples the place where that thread is. */
  private static Throwable duringAgain(byte[] bytes, Decoder decoder) {
    var again = Thread.ofPlatform().daemon().start(() -> failureOf(bytes.clone(), decoder));
    var seen = new Exception("nothing was seen");
    for (int looks = 0; again.isAlive() && looks < MAX_PROBES; looks++) {
      var stack = again.getStackTrace();
      if (stack.length > 5) {
        seen = new Exception("decoded again, it is here");
        seen.setStackTrace(stack);
      }
    }
    return seen;
  }

  private static AssertionError wrong(
      String name, byte[] bytes, String what, @Nullable Throwable failure) {
    return new AssertionError(
        name + ": an input of " + bytes.length + " bytes " + what + ": "
            + HexFormat.of().formatHex(bytes),
        failure);
  }
}
