package io.mobula.internal.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sleep and wake-up between processes on a word of shared memory: Linux's {@code futex(2)}, not the
 * private kind. Available only if the JVM was started with native access for Mobula; elsewhere its
 * users poll.
 */
final class Futex {
  private static final Logger LOG = LoggerFactory.getLogger(Futex.class);
  private static final int WAIT = 0;
  private static final int WAKE = 1;
  private static final long NO_NUMBER = -1;
  private static final long NUMBER = number();
  private static final @Nullable MethodHandle SYSCALL = syscall();

  private Futex() {}

  /** Returns the number of the system call, which depends on the processor. */
  private static long number() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return NO_NUMBER;
    }
    return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> 202;
      case "aarch64" -> 98;
      default -> NO_NUMBER;
    };
  }

  @SuppressWarnings("restricted") // called only where native access is enabled
  private static @Nullable MethodHandle syscall() {
    if (NUMBER == NO_NUMBER || !Futex.class.getModule().isNativeAccessEnabled()) {
      return null;
    }
    var linker = Linker.nativeLinker();
    var found = linker.defaultLookup().find("syscall");
    if (found.isEmpty()) {
      return null;
    }
    var handle = linker.downcallHandle(
        found.get(),
        FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT),
        Linker.Option.firstVariadicArg(1));
    return isAllowed(handle) ? handle : null;
  }

  /**
   * Returns whether the system call is permitted. If a sandbox refuses it, waiting would return at
   * once, for ever.
   */
  private static boolean isAllowed(MethodHandle handle) {
    try (var arena = Arena.ofConfined()) {
      return call(handle, arena.allocate(ValueLayout.JAVA_INT), WAKE, 1, MemorySegment.NULL) == 0;
    }
  }

  /** Returns whether this process can use the system call. */
  static boolean isAvailable() {
    return SYSCALL != null;
  }

  /** Allocates the memory for the timeout of {@link #await}, for one thread. */
  static MemorySegment timespec() {
    return Arena.ofAuto()
        .allocate(2 * ValueLayout.JAVA_LONG.byteSize(), ValueLayout.JAVA_LONG.byteAlignment());
  }

  /**
   * Blocks while the word has the expected value, until another thread or process wakes this
   * thread, or the timeout has passed. May return early. For platform threads: a virtual thread
   * would occupy its carrier.
   */
  static void await(MemorySegment word, int expected, MemorySegment timespec, long timeoutNanos) {
    long second = TimeUnit.SECONDS.toNanos(1);
    timespec.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / second);
    timespec.set(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG.byteSize(), timeoutNanos % second);
    call(handle(), word, WAIT, expected, timespec);
  }

  /** Wakes one thread that waits on the word. Costs a system call: a microsecond or more. */
  static void wake(MemorySegment word) {
    call(handle(), word, WAKE, 1, MemorySegment.NULL);
  }

  private static MethodHandle handle() {
    if (SYSCALL == null) {
      throw new IllegalStateException("There is no futex here");
    }
    return SYSCALL;
  }

  private static long call(
      MethodHandle handle, MemorySegment word, int what, int value, MemorySegment timespec) {
    try {
      return (long) handle.invokeExact(NUMBER, word, what, value, timespec, MemorySegment.NULL, 0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      LOG.error("A system call cannot throw, and did", e);
      throw new AssertionError(e);
    }
  }
}
