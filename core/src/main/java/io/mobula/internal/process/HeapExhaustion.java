package io.mobula.internal.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What becomes of a process whose heap is full. An {@code OutOfMemoryError} out of a program's code
 * is that code's failure, like anything else that it throws. One that the engine meets in its own
 * bookkeeping leaves a frame unread or a waiter untold, and whoever depends on that would wait for
 * ever: the process ends then, which other nodes see as a death. Akka does the same with its
 * threads, for the same setting ({@code akka.jvm-exit-on-fatal-error}).
 */
public final class HeapExhaustion {
  /** The exit code of a process that has ended so. */
  public static final int EXIT_CODE = 72;

  private static final byte[] LAST_WORDS =
      "mobula: the heap is full and the node cannot go on; this process ends (see docs/user-code.md, \"When the heap is full\").\n"
          .getBytes(StandardCharsets.US_ASCII); // made while there is memory

  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

  private static volatile boolean ends = true;

  private HeapExhaustion() {}

  /** Whether the process ends; for all nodes of it. */
  public static void setExits(boolean whether) {
    ends = whether;
  }

  /**
   * To be told of whatever is caught where the engine acts for itself, before anything else is done
   * about it: does not return if the heap is full and the process may be ended.
   */
  public static void exitIfExhausted(Throwable thrown) {
    if (ends && thrown instanceof OutOfMemoryError && !isWantOfThreads(thrown)) {
      end();
    }
  }

  /** The JVM throws the same error where the system gives it no more threads. */
  private static boolean isWantOfThreads(Throwable thrown) {
    var message = thrown.getMessage();
    return message != null && message.startsWith("unable to create native thread");
  }

  private static void end() {
    try {
      STDERR.write(LAST_WORDS);
    } catch (IOException nobodyListens) {
      // there is nothing else to say it by
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }
}
