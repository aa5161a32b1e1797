package io.mobula.contract;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;

/**
 * What a method of a program's class does that its caller does not expect.
 *
 * @param kind what it does
 * @param gate ends its blocking
 * @param journal hears when it begins to block
 */
record HostileCode(Kind kind, FileLatch gate, FileEventLog journal) implements Serializable {
  /** What a journal says of code that blocks. */
  static final String BLOCKED = "blocked";

  /** What it says when such code goes on. */
  static final String WENT_ON = "went on";

  /** The kinds of misbehaviour. */
  enum Kind {
    THROWS,
    BLOCKS,
    RECURSES,
    EXHAUSTS,
    GIVES_NULL
  }

  /** Misbehaves; gives the usual value where the code goes on after it has blocked. */
  <T> T act(T usual) {
    return switch (kind) {
      case THROWS -> throw new IllegalStateException("hostile");
      case BLOCKS -> {
        block();
        yield usual;
      }
      case RECURSES -> deeper(0, usual);
      case EXHAUSTS -> {
        var never = new byte[Integer.MAX_VALUE]; // more than an array may have, in any heap
        throw new IllegalStateException("had " + never.length + " bytes");
      }
      case GIVES_NULL -> null;
    };
  }

  /** As {@link #act(Object)}, if the codec is the caller's caller; else the usual value. */
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

  @SuppressWarnings("InfiniteRecursion") // that is what it is for
  private static <T> T deeper(int depth, T usual) {
    T got = deeper(depth + 1, usual);
    return depth > 0 ? got : usual;
  }
}
