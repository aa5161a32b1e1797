package io.mobula.internal.store;

import io.mobula.internal.memory.PinnedObject;
import io.mobula.spi.TensorMemory;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Views of one large sealed value that all of its readers share, and the pin behind them. They end
 * when every tensor made from them has been closed, or when the collector finds them unreachable,
 * whichever is first. So closing frees memory, and a reader that forgets to close leaks nothing.
 *
 * <p>Ending views checks all threads for a read in progress (20 to 90 µs). So views of this store's
 * own memory do not end with the last close: they stay open, idle, for the next reader, and end
 * when the value is discarded or memory is needed ({@link IdleViews}). Safe for all threads.
 */
final class SharedValueViews {
  private final SealedStorage storage;
  private final IdleViews idleViews;
  // all fields are guarded by the monitor
  private WeakReference<@Nullable OpenViews> used = new WeakReference<>(null);
  private @Nullable OpenViews idle;
  private boolean discarded;

  SharedValueViews(SealedStorage storage, IdleViews idleViews) {
    this.storage = storage;
    this.idleViews = idleViews;
  }

  /**
   * Returns the views for one more reader, and opens them if necessary. The reader releases one
   * share for each buffer.
   */
  OpenViews acquire() {
    storage.touch();
    var present = present(null);
    if (present != null) {
      return present;
    }
    var held = storage.acquirePin(); // may wait for a disk, so without the monitor
    try {
      present = Objects.requireNonNull(present(held));
    } catch (RuntimeException | Error e) {
      held.close();
      throw e;
    }
    if (!present.isOf(held)) {
      held.close(); // another reader was faster
    }
    return present;
  }

  /** Returns the present views, or else new ones made with that pin; null if there is no pin. */
  private synchronized @Nullable OpenViews present(@Nullable PinnedObject held) {
    var present = idle == null ? used.get() : idle;
    if (idle != null) {
      idle = null;
      idleViews.remove(this);
    }
    if (present == null) {
      if (held == null) {
        return null;
      }
      present = new OpenViews(held);
    }
    used = new WeakReference<>(present);
    present.openBuffers += present.parts.buffers().size();
    return present;
  }

  /** Discards the value: views that nobody uses end now, the others when they are released. */
  void discard() {
    synchronized (this) {
      discarded = true;
    }
    endIdle();
    storage.discard();
  }

  /** Ends the views if nobody uses them. */
  void endIdle() {
    OpenViews ended;
    synchronized (this) {
      ended = idle;
      idle = null;
    }
    idleViews.remove(this);
    if (ended != null) {
      ended.end();
    }
  }

  /** Open views, with a count of the buffers that have not been released. */
  final class OpenViews {
    private final Arena arena = newArena();
    private final PinnedObject pin;
    private final SealedLayout.Parts parts;
    private long openBuffers; // under the monitor of the outer object

    private OpenViews(PinnedObject held) {
      this.pin = held;
      this.parts = SealedLayout.read(scoped(held));
      held.closeWhenUnreachable(arena.scope());
    }

    @SuppressWarnings("MustBeClosed") // closed by end(), or when the collector finds its scope
    private static Arena newArena() {
      return Arena.ofShared();
    }

    @SuppressWarnings("restricted") // its size does not change, and it stays mapped
    private MemorySegment scoped(PinnedObject held) {
      var memory = held.bytes();
      return memory.reinterpret(arena, _ -> {
        try {
          held.close();
        } finally {
          Reference.reachabilityFence(memory);
        }
      });
    }

    SealedLayout.Parts parts() {
      return parts;
    }

    @SuppressWarnings("ReferenceEquality") // a pin is known by identity
    private boolean isOf(PinnedObject held) {
      return pin == held;
    }

    /** Returns whether that memory is a part of these views. */
    private boolean covers(MemorySegment memory) {
      return memory.scope().equals(arena.scope());
    }

    /** Releases that many buffers, which a reader needs no more. */
    void release(long count) {
      synchronized (SharedValueViews.this) {
        openBuffers -= count;
        if (openBuffers > 0) {
          return;
        }
        used = new WeakReference<>(null);
        if (!discarded && storage.isLocal()) {
          idle = this;
          idleViews.add(SharedValueViews.this);
          return;
        }
      }
      end();
    }

    private void end() {
      CallArgumentViews.close(arena);
    }

    /** Makes the tensor release its share when it is closed. */
    void attachTo(Tensor tensor, MemorySegment memory) {
      if (covers(memory)) {
        TensorMemory.setReleaseAction(tensor, () -> release(1));
      }
    }
  }
}
