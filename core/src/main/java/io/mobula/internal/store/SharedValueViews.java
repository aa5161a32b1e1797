package io.mobula.internal.store;

import io.mobula.Tensor;
import io.mobula.TensorMemory;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The views of one large sealed value that all of its readers share, and the pin behind them. They
 * end when every tensor that was made of them has been closed, or when the collector finds them
 * unreachable: whichever is first, so that closing frees and forgetting leaks nothing.
 *
 * <p>Ending views asks all threads whether they read at the moment (20 to 90 µs). So those of this
 * store's own memory are not ended by the last close but kept, idle, for the next reader, and ended
 * when the value is discarded or somebody wants room ({@link IdleViews}). Safe for all threads.
 */
final class SharedValueViews {
  private final SealedStorage storage;
  private final IdleViews idleViews;
  private WeakReference<@Nullable OpenViews> used =
      new WeakReference<>(null); // all under the monitor
  private @Nullable OpenViews idle;
  private boolean discarded;

  SharedValueViews(SealedStorage storage, IdleViews idleViews) {
    this.storage = storage;
    this.idleViews = idleViews;
  }

  /** For one more reader, who gives back one share for each buffer; opens them if need be. */
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

  /** The views that there are, or those made with that pin; else null. */
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

  /** The value has gone from here: what nobody reads ends now, the rest as it is given back. */
  void discard() {
    synchronized (this) {
      discarded = true;
    }
    endIdle();
    storage.discard();
  }

  /** Ends them if nobody has any. */
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

  /** Views that are open, and how many buffers of them have not been given back. */
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

    @SuppressWarnings("MustBeClosed") // by end(), or the collector finds its scope
    private static Arena newArena() {
      return Arena.ofShared();
    }

    @SuppressWarnings("restricted") // its size is what it was, and it stays mapped
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

    /** Whether that memory is a part of these views. */
    private boolean covers(MemorySegment memory) {
      return memory.scope().equals(arena.scope());
    }

    /** A reader needs so many buffers no more. */
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

    /** Has the tensor give its share back when it is closed. */
    void attachTo(Tensor tensor, MemorySegment memory) {
      if (covers(memory)) {
        TensorMemory.setReleaseAction(tensor, () -> release(1));
      }
    }
  }
}
