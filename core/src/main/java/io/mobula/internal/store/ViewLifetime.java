package io.mobula.internal.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/** Lifetime of a reader's views of store memory, and of their pins. Safe for all threads. */
sealed interface ViewLifetime {
  /** Lifetime until the collector finds the views unreachable. */
  ViewLifetime UNTIL_UNREACHABLE = new UntilUnreachable();

  /** Returns the lifetime that ends when the arena is closed. */
  static ViewLifetime until(Arena arena) {
    return new UntilArenaCloses(arena);
  }

  /** Returns views of the parts of a sealed value. */
  SealedLayout.Parts viewsOf(ObjectContent.Sealed sealed);

  /** Returns buffers that stay for as long as they are reachable. */
  List<MemorySegment> viewsOf(List<MemorySegment> buffers);

  /** Lifetime until the collector finds the views unreachable. */
  record UntilUnreachable() implements ViewLifetime {
    @Override
    public SealedLayout.Parts viewsOf(ObjectContent.Sealed sealed) {
      return sealed.parts();
    }

    @Override
    public List<MemorySegment> viewsOf(List<MemorySegment> buffers) {
      return buffers;
    }
  }

  /** Lifetime until an arena is closed. */
  record UntilArenaCloses(Arena arena) implements ViewLifetime {
    @Override
    public SealedLayout.Parts viewsOf(ObjectContent.Sealed sealed) {
      var held = sealed.acquirePin();
      try {
        return SealedLayout.read(scoped(held.bytes(), held::close));
      } catch (RuntimeException | Error e) {
        held.close();
        throw e;
      }
    }

    @Override
    public List<MemorySegment> viewsOf(List<MemorySegment> buffers) {
      return buffers.stream()
          .map(buffer -> buffer.isNative() ? scoped(buffer, () -> {}) : buffer)
          .toList();
    }

    /**
     * Returns the same memory with the lifetime of the arena, which keeps its mapping until it is
     * closed.
     */
    @SuppressWarnings("restricted") // its size does not change, and it stays mapped
    private MemorySegment scoped(MemorySegment memory, Runnable end) {
      return memory.reinterpret(arena, _ -> {
        try {
          end.run();
        } finally {
          Reference.reachabilityFence(memory);
        }
      });
    }
  }
}
