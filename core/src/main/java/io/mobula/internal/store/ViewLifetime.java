package io.mobula.internal.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/** How long a reader's views of store memory last, and with them the pins. Safe for all threads. */
sealed interface ViewLifetime {
  /** Until the collector finds them unreachable. */
  ViewLifetime UNTIL_UNREACHABLE = new UntilUnreachable();

  /** Until that arena is closed. */
  static ViewLifetime until(Arena arena) {
    return new UntilArenaCloses(arena);
  }

  /** The parts of a sealed value. */
  SealedLayout.Parts viewsOf(ObjectContent.Sealed sealed);

  /** Buffers that are there for as long as they are reachable. */
  List<MemorySegment> viewsOf(List<MemorySegment> buffers);

  /** See {@link #UNTIL_UNREACHABLE}. */
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

  /** See {@link #until}. */
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

    /** The same memory until the arena is closed, which keeps its mapping until then. */
    @SuppressWarnings("restricted") // its size is what it was, and it stays mapped
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
