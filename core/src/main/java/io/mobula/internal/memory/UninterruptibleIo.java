package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/**
 * File work that an interrupt does not tear: the JDK closes a channel under a thread that is
 * interrupted while using it.
 *
 * <p>A store's file is shared by all threads, so the interrupt of one must not fail it. The work is
 * done again from the start, and the interrupt is restored afterwards for the code that is to see
 * it.
 */
final class UninterruptibleIo {
  private UninterruptibleIo() {}

  /** Work on a channel that it opens itself, and that may be repeated. */
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
