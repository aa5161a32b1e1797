package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * File operations that complete despite interrupts. The JDK closes a channel when the thread that
 * uses it is interrupted.
 *
 * <p>All threads share a store's files, so the interrupt of one thread must not fail an operation.
 * The operation is repeated from the start, and the interrupt is restored afterwards for the code
 * that handles it.
 */
final class UninterruptibleIo {
  private UninterruptibleIo() {}

  /** Operation on a channel that it opens itself, and that may be repeated. */
  interface IoAction<T extends @Nullable Object> {
    T run() throws IOException;
  }

  static <T extends @Nullable Object> T run(IoAction<T> action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return action.run();
        } catch (ClosedByInterruptException again) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
