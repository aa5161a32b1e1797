package io.mobula.internal.store;

import io.mobula.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The views of a store that are open though nobody has them: they end when room is wanted. And the
 * link between a value that is being decoded and the tensors in it. Safe for all threads.
 */
public final class IdleViews {
  /** From how many bytes on a value's views are worth ending before the collector does. */
  static final long WORTH_ENDING = 1 << 20;

  private static final ThreadLocal<SharedValueViews.@Nullable OpenViews> DECODED =
      new ThreadLocal<>();

  private final Set<SharedValueViews> idle = ConcurrentHashMap.newKeySet();

  IdleViews() {}

  void add(SharedValueViews views) {
    idle.add(views);
  }

  void remove(SharedValueViews views) {
    idle.remove(views);
  }

  /** Ends all of them; says whether there were any. */
  boolean endAll() {
    boolean any = false;
    for (var views : idle) {
      views.endIdle();
      any = true;
    }
    return any;
  }

  /** Decodes a value in the calling thread out of these views, which its tensors then share. */
  static @Nullable Object decodeWith(
      SharedValueViews.OpenViews openViews, Supplier<@Nullable Object> decode) {
    var outer = DECODED.get();
    DECODED.set(openViews);
    try {
      return decode.get();
    } catch (RuntimeException | Error e) {
      openViews.release(openViews.parts().buffers().size());
      throw e;
    } finally {
      DECODED.set(outer);
    }
  }

  /** A tensor over that memory has just been decoded in the calling thread. */
  public static Tensor attachTensor(Tensor tensor, MemorySegment memory) {
    var openViews = DECODED.get();
    if (openViews != null) {
      openViews.attachTo(tensor, memory);
    }
    return tensor;
  }
}
