package io.mobula.contract;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;

/**
 * Misbehaviour of a method of a program's class.
 *
 * @param kind kind of misbehaviour
 * @param gate ends its blocking
 * @param journal records when it begins to block
 */
record HostileCode(Kind kind, FileLatch gate, FileEventLog journal) implements Serializable {
  /** Event of code that blocks. */
  static final String BLOCKED = "blocked";

  /** Event of code that continues after it blocked. */
  static final String WENT_ON = "went on";

  /** Kinds of misbehaviour of user code. */
  enum Kind {
    THROWS,
    BLOCKS,
    RECURSES,
    EXHAUSTS,
    GIVES_NULL
  }

  /** Misbehaves; returns the usual value where the code continues after it blocked. */
  <T> T act(T usual) {
    return switch (kind) {
      case THROWS -> throw new IllegalStateException("hostile");
      case BLOCKS -> {
        block();
        yield usual;
      }
      case RECURSES -> deeper(0, usual);
      case EXHAUSTS -> {
        var never = new byte[Integer.MAX_VALUE]; // larger than any array may be
        throw new IllegalStateException("had " + never.length + " bytes");
      }
      case GIVES_NULL -> null;
    };
  }

  /**
   * Misbehaves as {@link #act(Object)} if the codec is among the callers; otherwise returns the
   * usual value.
   */
  <T> T actInCodec(T usual) {
    boolean inCodec = StackWalker.getInstance()
        .walk(frames -> frames
            .limit(24)
            .anyMatch(frame -> frame.getClassName().startsWith("io.mobula.internal.codec.")));
    return inCodec ? act(usual) : usual;
  }

  private void block() {
    try {
      journal.add(BLOCKED);
      gate.awaitUninterruptibly();
      journal.add(WENT_ON);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // intended
  private static <T> T deeper(int depth, T usual) {
    T got = deeper(depth + 1, usual);
    return depth > 0 ? got : usual;
  }
}
