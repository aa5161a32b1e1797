package io.mobula.internal.store;

import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Registry of the views of a store that are open although nobody uses them; they end when memory is
 * needed. Also the link between a value that is being decoded and the tensors in it. Safe for all
 * threads.
 */
public final class IdleViews {
  /**
   * Size in bytes from which ending a value's views early pays, instead of leaving them to the
   * collector.
   */
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

  /** Ends all idle views; returns whether there were any. */
  boolean endAll() {
    boolean any = false;
    for (var views : idle) {
      views.endIdle();
      any = true;
    }
    return any;
  }

  /** Decodes a value in the calling thread from these views, which its tensors then share. */
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

  /**
   * Attaches a tensor, which the calling thread has just decoded over that memory, to the views
   * that it shares.
   */
  public static Tensor attachTensor(Tensor tensor, MemorySegment memory) {
    var openViews = DECODED.get();
    if (openViews != null) {
      openViews.attachTo(tensor, memory);
    }
    return tensor;
  }
}
