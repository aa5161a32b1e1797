package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerObject;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.WritableBlock;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value as the store keeps it. It never changes; whoever reads gets a copy or a read-only view.
 */
public sealed interface ObjectContent {

  /** How many bytes it takes in the heap, roughly: what bounds of pending work count. */
  long heapBytes();

  /** How much of this node's memory it takes to make it readable here: 0 where it is readable. */
  default long roomWanted() {
    return 0;
  }

  /** How many bytes of store memory a reader's value refers to. */
  default long viewedBytes() {
    return 0;
  }

  /** Ends it: memory and edges go back. Called at most once, when nobody can read it any more. */
  void discard();

  /** A value known to be immutable, kept as it is. */
  record Immediate(@Nullable Object value) implements ObjectContent {
    static final Immediate NULL = new Immediate(null);

    @Override
    public long heapBytes() {
      return 16;
    }

    @Override
    public void discard() {}
  }

  /**
   * A small value, encoded, in the heap.
   *
   * @param encoded its bytes; buffers are views of what was in the store already
   * @param edges the refs and handles inside
   */
  record Inline(EncodedValue encoded, List<HeldRef> edges) implements ObjectContent {
    @Override
    public long heapBytes() {
      return encoded.bytes().length;
    }

    @Override
    public void discard() {
      edges.forEach(HeldRef::release);
    }
  }

  /**
   * A value in the memory of another process.
   *
   * @param access where, and how it is brought here
   */
  record RemoteValue(RemoteAccess access) implements ObjectContent {
    @Override
    public long heapBytes() {
      return 64;
    }

    @Override
    public long roomWanted() {
      return access.roomWanted();
    }

    @Override
    public long viewedBytes() {
      return access.views() ? access.bytes() : 0;
    }

    @Override
    public void discard() {
      access.discard();
    }
  }

  /** The way to a value in another process. Safe for all threads. */
  interface RemoteAccess {
    /** How many bytes it has. */
    long bytes();

    /** The process that has it, as far as is known here. */
    NodeId holder();

    /**
     * Makes it readable here, once for all who ask: at once where the process that has it shares
     * this host. The content belongs to this object.
     */
    CompletionStage<ObjectContent> fetch();

    /** As {@link #fetch()}, into room that was taken for it; what is not used goes back. */
    default CompletionStage<ObjectContent> fetch(@Nullable WritableBlock room) {
      if (room != null) {
        room.abandon();
      }
      return fetch();
    }

    /**
     * Brings it from the known place alone: fails with an {@link ArgumentUnavailableException} if
     * that cannot give it, and looks nowhere else.
     */
    default CompletionStage<ObjectContent> fetchFromKnownHolder(@Nullable WritableBlock room) {
      return fetch(room);
    }

    /** Whether the process that had it has left, as far as is known here. */
    default boolean hasHolderLeft() {
      return false;
    }

    /**
     * Looks for another place of it, and has it made again if it must be; nothing is brought here.
     * Completes with whether there is another place, from which it is read from then on.
     */
    default CompletionStage<Boolean> locate() {
      return CompletableFuture.completedStage(true);
    }

    /** Whether a reader's value refers to the memory. */
    default boolean views() {
      return false;
    }

    /** Bytes of this node's memory needed to make it readable here; 0 while somebody brings it. */
    default long roomWanted() {
      return 0;
    }

    /** What was brought cannot be read any more: the next to ask has it brought anew. */
    void forget(ObjectContent brought);

    /** This entry's value it is from now on. */
    void bindTo(ObjectEntry entry);

    /** Nobody reads it here any more. */
    void discard();
  }

  /**
   * A value whose bytes are sealed: in shared memory, or away and back when they are read. They go
   * when this is discarded or unreachable.
   */
  final class Sealed implements ObjectContent {
    /** For what is not this store's own: it is never idle. */
    private static final IdleViews NOTHING_IDLE = new IdleViews();

    private final SealedStorage storage;
    private final List<HeldRef> edges;
    private final boolean views;
    private final SharedStore.WatchHandle watch;
    private final @Nullable SharedValueViews lent;
    private volatile WeakReference<SealedLayout.@Nullable Parts> lastRead =
        new WeakReference<>(null);

    /**
     * With {@code views}, a reader's value refers to the memory; else the reader copies all of it
     * out.
     */
    Sealed(
        SealedStorage storage,
        List<HeldRef> edges,
        boolean views,
        SharedStore memory,
        IdleViews idleViews) {
      this.storage = storage;
      this.edges = List.copyOf(edges);
      this.views = views;
      this.lent = lending(storage, views, idleViews);
      this.watch = memory.whenUnreachable(this, discarding(storage, lent));
    }

    private static @Nullable SharedValueViews lending(
        SealedStorage storage, boolean views, IdleViews idleViews) {
      return views && storage.byteSize() >= IdleViews.WORTH_ENDING
          ? new SharedValueViews(storage, idleViews)
          : null;
    }

    private static Runnable discarding(SealedStorage storage, @Nullable SharedValueViews lent) {
      return lent == null ? storage::discard : lent::discard;
    }

    /**
     * A value in the memory of another process of this host, which alone moves and frees it.
     *
     * @param begun told once, when a reader has it pinned
     */
    public Sealed(PeerObject object, Runnable begun, List<HeldRef> edges, boolean views) {
      this(new PeerStorage(object, begun), edges, views);
    }

    private Sealed(SealedStorage storage, List<HeldRef> edges, boolean views) {
      this.storage = storage;
      this.edges = List.copyOf(edges);
      this.views = views;
      this.lent = lending(storage, views, NOTHING_IDLE);
      this.watch = () -> {};
    }

    /**
     * A value whose copy another process of this host has for itself: it stays as long as this is
     * reachable.
     *
     * @throws IllegalStateException when the copy is gone
     */
    public static Sealed pinned(PeerObject object, List<HeldRef> edges, boolean views) {
      return new Sealed(new PinnedPeerStorage(object, object.view()), edges, views);
    }

    /**
     * Views of the value's parts, pinned for as long as they are reachable. All who read between
     * two collections share one pin: making a view costs the reader, and later the collector, more
     * than all the rest of a read.
     */
    SealedLayout.Parts parts() {
      storage.touch();
      var last = lastRead.get();
      if (last == null) {
        last = SealedLayout.read(storage.view());
        lastRead = new WeakReference<>(last);
      }
      return last;
    }

    /** What readers of a large value share, to be given back; null for others. */
    SharedValueViews.@Nullable OpenViews acquireViews() {
      return lent == null ? null : lent.acquire();
    }

    /** Reads the value under a pin that ends with the reading; the segment must not be kept. */
    <T extends @Nullable Object> T copyOut(Function<MemorySegment, T> reader) {
      return storage.read(reader);
    }

    /**
     * Says that another node has the primary copy: this one is dropped first when room is wanted,
     * and fetched from there when it is read after that.
     */
    public void markSecondary(RefetchSource refetchSource) {
      storage.markSecondary(refetchSource);
    }

    /** The refs and handles inside. */
    public List<HeldRef> edges() {
      return edges;
    }

    /** Whether a reader's value refers to the memory. */
    public boolean views() {
      return views;
    }

    /** All of its bytes in the heap, for small values; waits for no room. */
    byte[] copy() {
      return storage.copy();
    }

    /**
     * Where in memory it is at this moment, or null. It may be elsewhere at the next: other
     * processes that are told look there first.
     */
    public @Nullable ObjectAddress address() {
      return storage.address();
    }

    /** Its bytes, pinned in memory until closed; null when that would take waiting. */
    public @Nullable PinnedObject tryAcquirePin() {
      return storage.tryAcquirePin();
    }

    /** As {@link #tryAcquirePin}; may wait for room and for a disk. */
    PinnedObject acquirePin() {
      return storage.acquirePin();
    }

    /**
     * As {@link #tryAcquirePin}, brought back by a thread of the store where that takes waiting.
     */
    public CompletableFuture<PinnedObject> acquirePinAsync() {
      return storage.acquirePinAsync();
    }

    /**
     * As {@link #acquirePinAsync()}, into room that was taken for it; what is not used goes back.
     */
    CompletableFuture<PinnedObject> acquirePinAsync(@Nullable WritableBlock room) {
      return storage.acquirePinAsync(room);
    }

    @Override
    public long roomWanted() {
      return storage.roomWanted();
    }

    @Override
    public long viewedBytes() {
      return views ? storage.byteSize() : 0;
    }

    /** Has its bytes brought back by a thread of the store, if they are away. */
    void startRestore() {
      storage.startRestore();
    }

    /**
     * Whether there is nothing to give to others: a secondary copy that has been dropped, or bytes
     * that have come to harm on a disk.
     */
    public boolean isMissing() {
      return storage.isMissing();
    }

    /** How many bytes it takes, wherever they are. */
    public long byteSize() {
      return storage.byteSize();
    }

    @Override
    public long heapBytes() {
      return 64;
    }

    @Override
    public void discard() {
      watch.cancel();
      discarding(storage, lent).run();
      edges.forEach(HeldRef::release);
    }
  }
}
