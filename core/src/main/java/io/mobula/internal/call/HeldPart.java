package io.mobula.internal.call;

import io.mobula.error.CodecException;
import io.mobula.error.ObjectLostException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * One part of a call, its function or an argument, as the call holds it: a content, or the entry of
 * a ref. A function that captured nothing mutable may also be held as itself, or encoded.
 */
final class HeldPart {
  private HeldPart() {}

  /**
   * Returns the part's value: fresh, unless it is immutable. A content is readable, and an entry is
   * ready and has not failed.
   *
   * @param arena ends the views of store memory in the value; null for views that last for as long
   *     as they are reachable
   * @throws LostArgumentException when the value is lost
   * @throws UnreadableCallException when it cannot be decoded
   */
  static @Nullable Object read(Object held, ObjectStore store, @Nullable Arena arena)
      throws UnreadableCallException, LostArgumentException {
    try {
      return switch (held) {
        case ObjectContent content ->
          arena == null
              ? store.converter().materialize(content)
              : store.converter().materialize(content, arena);
        case ObjectEntry entry ->
          arena == null ? store.valueOf(entry) : store.valueOf(entry, arena);
        case RemoteFunction itself -> itself;
        case StatelessFunction function -> function.resolve(store);
        default -> throw new IllegalStateException("Neither value nor ref: " + held);
      };
    } catch (CodecException e) {
      throw new UnreadableCallException(e);
    } catch (ObjectLostException lost) {
      throw new LostArgumentException(lost);
    }
  }

  /** Returns the content; null if there is none, or not yet. */
  private static @Nullable ObjectContent contentOf(Object held) {
    return switch (held) {
      case ObjectEntry entry -> entry.outcome() instanceof ObjectContent content ? content : null;
      case ObjectContent content -> content;
      default -> null;
    };
  }

  /** Returns how many bytes of store memory a reader of the part views. */
  static long viewedBytes(Object held) {
    var content = contentOf(held);
    return content == null ? 0 : content.viewedBytes();
  }

  /** Returns whether the value, if it is ready, contains a ref or a handle. */
  static boolean hasRefsInside(Object held) {
    return switch (contentOf(held)) {
      case ObjectContent.Inline inline -> !inline.edges().isEmpty();
      case ObjectContent.Sealed sealed -> !sealed.edges().isEmpty();
      case null, default -> false;
    };
  }

  /** Releases the part, which a call holds or was to hold. */
  static void release(Object held) {
    switch (held) {
      case ObjectEntry entry -> entry.release();
      case ObjectContent content -> content.discard();
      default -> {} // a function that captured nothing
    }
  }
}
