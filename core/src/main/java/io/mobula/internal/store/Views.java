package io.mobula.internal.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/** How long a reader's views of store memory last, and with them the pins. Safe for all threads. */
sealed interface Views {
  /** Until the collector finds them unreachable. */
  Views LASTING = new Lasting();

  /** Until that arena is closed. */
  static Views until(Arena arena) {
    return new Scoped(arena);
  }

  /** The parts of a sealed value. */
  SealedLayout.Parts of(Content.InStore sealed);

  /** Buffers that are there for as long as they are reachable. */
  List<MemorySegment> of(List<MemorySegment> buffers);

  /** See {@link #LASTING}. */
  record Lasting() implements Views {
    @Override
    public SealedLayout.Parts of(Content.InStore sealed) {
      return sealed.parts();
    }

    @Override
    public List<MemorySegment> of(List<MemorySegment> buffers) {
      return buffers;
    }
  }

  /** See {@link #until}. */
  record Scoped(Arena arena) implements Views {
    @Override
    public SealedLayout.Parts of(Content.InStore sealed) {
      var held = sealed.hold();
      try {
        return SealedLayout.read(scoped(held.bytes(), held::close));
      } catch (RuntimeException | Error e) {
        held.close();
        throw e;
      }
    }

    @Override
    public List<MemorySegment> of(List<MemorySegment> buffers) {
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
