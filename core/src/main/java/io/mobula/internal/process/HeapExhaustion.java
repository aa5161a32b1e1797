package io.mobula.internal.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Exit of a process whose heap is full. An {@code OutOfMemoryError} thrown by a program's code is a
 * failure of that code, like any other. One thrown in the engine's own bookkeeping leaves a frame
 * unread or a waiter unnotified, and whatever depends on that would wait for ever. So the process
 * ends, and other nodes see it die. Akka does the same with its threads, by the same setting
 * ({@code akka.jvm-exit-on-fatal-error}).
 */
public final class HeapExhaustion {
  /** Exit code of a process that ended because its heap was full. */
  public static final int EXIT_CODE = 72;

  private static final byte[] LAST_WORDS =
      "mobula: the heap is full and the node cannot go on; this process ends (see docs/user-code.md, \"When the heap is full\").\n"
          .getBytes(StandardCharsets.US_ASCII); // made while there is memory

  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

  private static volatile boolean ends = true;

  private HeapExhaustion() {}

  /** Sets whether the process ends; applies to all its nodes. */
  public static void setExits(boolean whether) {
    ends = whether;
  }

  /**
   * Ends the process if the heap is full and the process may be ended. To be called first with
   * every throwable that the engine catches in code of its own.
   */
  public static void exitIfExhausted(Throwable thrown) {
    if (ends && thrown instanceof OutOfMemoryError && !isWantOfThreads(thrown)) {
      end();
    }
  }

  /**
   * Returns whether the system gave the JVM no more threads, for which the JVM throws the same
   * error.
   */
  private static boolean isWantOfThreads(Throwable thrown) {
    var message = thrown.getMessage();
    return message != null && message.startsWith("unable to create native thread");
  }

  private static void end() {
    try {
      STDERR.write(LAST_WORDS);
    } catch (IOException nobodyListens) {
      // no other way is left to report it
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
