package io.mobula.internal.store;

import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.Encoded;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.Block;
import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.SharedStore;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into {@link Content} and back: immutable ones as they are, small ones as bytes in
 * the heap, others as sealed objects in shared memory. Tensors and buffers of 1 KiB and more are in
 * shared memory even where the value is small: a block used before costs less than fresh memory
 * outside the heap, and goes back at once and not when the collector finds it.
 *
 * <p>All methods run in the caller's thread, which may wait a bounded time in {@link #snapshot}
 * when memory is full.
 */
final class Values {
  private final ObjectStore store;
  private final Codec codec;
  private final SharedStore memory;
  private final long inlineLimit;
  private final Duration fullTimeout;
  private final Semaphore reclaimed = new Semaphore(0);

  Values(
      ObjectStore store, Codec codec, SharedStore memory, long inlineLimit, Duration fullTimeout) {
    this.store = store;
    this.codec = codec;
    this.memory = memory;
    this.inlineLimit = inlineLimit;
    this.fullTimeout = fullTimeout;
    memory.onReclaim(reclaimed::release);
  }

  /**
   * The value as it is now; later changes to it are not seen.
   *
   * @throws io.mobula.error.CodecException when it cannot be encoded; the message has the path to
   *     the field at fault
   * @throws StoreFullException when there is no room in time
   */
  Content snapshot(@Nullable Object value, long inlineBudget) {
    if (value == null) {
      return Content.Immediate.NULL;
    }
    if (codec.isImmutable(value)) {
      return new Content.Immediate(value);
    }
    var encoded = codec.encode(value);
    var edges = keep(encoded.externals());
    try {
      var inPlace = buffersInPlace(encoded);
      if (inPlace != null) {
        return new Content.Inline(inPlace, edges);
      }
      return encoded.buffers().isEmpty()
              && encoded.byteSize() <= Math.min(inlineLimit, inlineBudget)
          ? new Content.Inline(withBuffers(encoded, List.of()), edges)
          : new Content.InStore(seal(encoded), edges, memory);
    } catch (RuntimeException | Error e) {
      edges.forEach(Kept::release);
      throw e;
    }
  }

  /**
   * The same with views of its own, if every large part is in the store already and what remains is
   * small; else null.
   */
  private @Nullable Encoded buffersInPlace(Encoded encoded) {
    if (encoded.buffers().isEmpty() || encoded.bytes().length > inlineLimit) {
      return null;
    }
    var views = new ArrayList<MemorySegment>(encoded.buffers().size());
    for (var buffer : encoded.buffers()) {
      var view = memory.sealedView(buffer);
      if (view == null) {
        return null;
      }
      views.add(view);
    }
    return withBuffers(encoded, views);
  }

  private static Encoded withBuffers(Encoded encoded, List<MemorySegment> buffers) {
    return new Encoded(encoded.bytes(), buffers, List.of());
  }

  /** What a reader is given: the immutable value itself, a fresh copy, or views of store memory. */
  @Nullable
  Object materialize(Content content) {
    return switch (content) {
      case Content.Immediate(var value) -> value;
      case Content.Inline(var encoded, var edges) ->
        codec.decode(MemorySegment.ofArray(encoded.bytes()), encoded.buffers(), revive(edges));
      case Content.InStore sealed -> {
        try {
          var parts = sealed.parts();
          yield codec.decode(parts.bytes(), parts.buffers(), revive(sealed.edges()));
        } finally {
          Reference.reachabilityFence(sealed);
        }
      }
    };
  }

  /** Room for a value that is made in place. */
  Block room(long bytes) {
    return allocate(Math.addExact(bytes, SealedLayout.FRONT));
  }

  /** Seals such a value; {@code described} is a view of its bytes, as the reader shall see it. */
  Content sealInPlace(Block block, Object described) {
    SealedLayout.writeAround(codec.encode(described), block.segment());
    return new Content.InStore(block.seal(), List.of(), memory);
  }

  private List<Kept> keep(List<Object> externals) {
    if (externals.isEmpty()) {
      return List.of();
    }
    var edges = new ArrayList<Kept>(externals.size());
    try {
      for (var external : externals) {
        edges.add(((Kept.Keepable) external).keep(store));
      }
      return edges;
    } catch (RuntimeException e) {
      edges.forEach(Kept::release);
      throw e;
    }
  }

  private static List<Object> revive(List<Kept> edges) {
    return edges.isEmpty() ? List.of() : edges.stream().map(Kept::revive).toList();
  }

  private SealedObject seal(Encoded encoded) {
    var block = allocate(SealedLayout.sizeOf(encoded));
    try {
      SealedLayout.write(encoded, block.segment());
      return block.seal();
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
  }

  /**
   * A full store first asks the collector for forgotten refs, then waits for others to give theirs
   * back, then fails.
   */
  private Block allocate(long bytes) {
    store.requireOpen();
    long end = System.nanoTime() + fullTimeout.toNanos();
    boolean collected = false;
    while (true) {
      try {
        return memory.create(bytes);
      } catch (StoreFullException full) {
        long left = end - System.nanoTime();
        if (bytes > memory.capacityBytes() || left <= 0) {
          throw full;
        }
        reclaimed.drainPermits();
        if (!collected) {
          collected = true;
          System.gc();
        }
        awaitReclaim(Math.min(left, TimeUnit.MILLISECONDS.toNanos(collected ? 200 : 50)), full);
      }
    }
  }

  private void awaitReclaim(long nanos, StoreFullException full) {
    var execution = Execution.current();
    try {
      if (execution != null) {
        execution.hold().giveBack();
      }
      boolean freed = reclaimed.tryAcquire(nanos, TimeUnit.NANOSECONDS);
      if (freed) {
        reclaimed.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw full;
    } finally {
      if (execution != null) {
        execution.hold().takeBack();
      }
    }
  }
}
