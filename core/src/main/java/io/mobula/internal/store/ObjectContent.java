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
 * Value in the form in which the store keeps it. It never changes; readers get a copy or a
 * read-only view.
 */
public sealed interface ObjectContent {

  /**
   * Returns roughly how many bytes the content takes in the heap; the limits of pending work count
   * these.
   */
  long heapBytes();

  /**
   * Returns how many bytes of this node's memory are needed to make the value readable here; 0 if
   * it is readable.
   */
  default long roomWanted() {
    return 0;
  }

  /** Returns how many bytes of store memory a reader's value refers to. */
  default long viewedBytes() {
    return 0;
  }

  /**
   * Frees the memory and releases the edges. Called at most once, when nobody can read the value
   * any more.
   */
  void discard();

  /** Value that is known to be immutable and is kept as it is. */
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
   * Small value, encoded in the heap.
   *
   * @param encoded its bytes; buffers are views of objects that were in the store already
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
   * Value in the memory of another process.
   *
   * @param access where it is and how it is fetched
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

  /** Access to a value in another process. Safe for all threads. */
  interface RemoteAccess {
    /** Returns the size of the value in bytes. */
    long bytes();

    /** Returns the process that has the value, as far as is known here. */
    NodeId holder();

    /**
     * Makes the value readable here, once for all who ask; at once if its holder shares this host.
     * The content belongs to this object.
     */
    CompletionStage<ObjectContent> fetch();

    /**
     * Makes the value readable here, in memory that was allocated for it; unused memory is freed.
     */
    default CompletionStage<ObjectContent> fetch(@Nullable WritableBlock room) {
      if (room != null) {
        room.abandon();
      }
      return fetch();
    }

    /**
     * Fetches the value from its known holder alone. Fails with an
     * {@link ArgumentUnavailableException} if that process cannot give it, without looking
     * elsewhere.
     */
    default CompletionStage<ObjectContent> fetchFromKnownHolder(@Nullable WritableBlock room) {
      return fetch(room);
    }

    /** Returns whether the process that had the value has left, as far as is known here. */
    default boolean hasHolderLeft() {
      return false;
    }

    /**
     * Looks up another holder of the value, and has the value reconstructed if necessary; fetches
     * nothing. Completes with whether there is another holder, from which the value is read from
     * then on.
     */
    default CompletionStage<Boolean> locate() {
      return CompletableFuture.completedStage(true);
    }

    /** Returns whether a reader's value refers to the memory. */
    default boolean views() {
      return false;
    }

    /**
     * Returns how many bytes of this node's memory are needed to make the value readable here; 0
     * while it is being fetched.
     */
    default long roomWanted() {
      return 0;
    }

    /**
     * Forgets a fetched content that has become unreadable, so that the next reader fetches the
     * value again.
     */
    void forget(ObjectContent stale);

    /** Binds this access to the entry whose value it is from now on. */
    void bindTo(ObjectEntry entry);

    /** Releases the value, which nobody here reads any more. */
    void discard();
  }

  /**
   * Value whose bytes are sealed: in shared memory, or spilled and restored when they are read.
   * They are freed when this content is discarded or unreachable.
   */
  final class Sealed implements ObjectContent {
    /** Registry for views of other stores' memory, which are never idle. */
    private static final IdleViews NOTHING_IDLE = new IdleViews();

    private final SealedStorage storage;
    private final List<HeldRef> edges;
    private final boolean views;
    private final SharedStore.WatchHandle watch;
    private final @Nullable SharedValueViews lent;
    private volatile WeakReference<SealedLayout.@Nullable Parts> lastRead =
        new WeakReference<>(null);

    /**
     * Creates the content of a value in this store. With {@code views}, a reader's value refers to
     * the memory; else the reader copies all bytes out.
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
     * Creates the content of a value in the memory of another process of this host, which alone
     * moves and frees it.
     *
     * @param begun called once, when a reader has pinned the value
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
     * Creates the content of a copy that belongs to another process of this host. The copy stays as
     * long as the content is reachable.
     *
     * @throws IllegalStateException when the copy is gone
     */
    public static Sealed pinned(PeerObject object, List<HeldRef> edges, boolean views) {
      return new Sealed(new PinnedPeerStorage(object, object.view()), edges, views);
    }

    /**
     * Returns views of the value's parts, pinned for as long as they are reachable. All reads
     * between two collections share one pin, because creating a view costs a reader, and later the
     * collector, more than the rest of a read.
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

    /**
     * Returns the views that readers of a large value share, to be released later; null for other
     * values.
     */
    SharedValueViews.@Nullable OpenViews acquireViews() {
      return lent == null ? null : lent.acquire();
    }

    /**
     * Reads the value under a pin that ends with this call; the reader must not keep the segment.
     */
    <T extends @Nullable Object> T copyOut(Function<MemorySegment, T> reader) {
      return storage.read(reader);
    }

    /**
     * Records that another node has the primary copy. This copy is dropped first when memory is
     * needed, and fetched from that node when it is read afterwards.
     */
    public void markSecondary(RefetchSource refetchSource) {
      storage.markSecondary(refetchSource);
    }

    /** Returns the refs and handles inside. */
    public List<HeldRef> edges() {
      return edges;
    }

    /** Returns whether a reader's value refers to the memory. */
    public boolean views() {
      return views;
    }

    /** Copies all bytes to the heap, for small values; waits for no memory. */
    byte[] copy() {
      return storage.copy();
    }

    /**
     * Returns the current address in memory, or null. It may change at any time: other processes
     * that are told the address try it first.
     */
    public @Nullable ObjectAddress address() {
      return storage.address();
    }

    /** Returns the bytes, pinned in memory until closed; null when that would take waiting. */
    public @Nullable PinnedObject tryAcquirePin() {
      return storage.tryAcquirePin();
    }

    /** Returns the bytes, pinned in memory until closed; may wait for memory and for a disk. */
    PinnedObject acquirePin() {
      return storage.acquirePin();
    }

    /**
     * Returns the bytes, pinned in memory until closed; a background thread of the store restores
     * them if necessary.
     */
    public CompletableFuture<PinnedObject> acquirePinAsync() {
      return storage.acquirePinAsync();
    }

    /**
     * Restores and pins the bytes, in memory that was allocated for them; unused memory is freed.
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

    /** Has a background thread of the store restore the bytes, if they are not in memory. */
    void startRestore() {
      storage.startRestore();
    }

    /**
     * Returns whether there is nothing to give to others: a secondary copy that was dropped, or
     * bytes that were damaged on a disk.
     */
    public boolean isMissing() {
      return storage.isMissing();
    }

    /** Returns the size in bytes, wherever the bytes are. */
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
