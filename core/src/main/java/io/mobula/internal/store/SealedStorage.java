package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.WritableBlock;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the sealed bytes of one value are: coming and going in this store's memory, or in another
 * process's. Safe for all threads.
 */
interface SealedStorage {

  /** The number of bytes, wherever they are. */
  long byteSize();

  /**
   * A read-only view of the bytes, pinned for as long as it is reachable. May wait for room and for
   * a disk.
   *
   * @throws IllegalStateException after {@link #discard}
   * @throws ObjectMovedException when they were another process's and are not where they were
   * @throws io.mobula.error.ObjectLostException when they were away and have come to harm there
   * @throws io.mobula.error.StoreFullException when they are away and find no room to come back to
   */
  MemorySegment view();

  /** As {@link #view}, for the duration of the call; {@code reader} must not keep the segment. */
  <T extends @Nullable Object> T read(Function<MemorySegment, T> reader);

  /**
   * All bytes in the heap, for small values. Does not bring them back, and so waits for no room;
   * may wait for a disk.
   */
  byte[] copy();

  /** Whether it is this store's own memory that they take. */
  default boolean isLocal() {
    return true;
  }

  /** Says that the value was read just now. Costs a plain load, and a store at times. */
  void touch();

  /**
   * Where in memory the bytes are at this moment, or null. They may be elsewhere at the next: for
   * whoever tells others where to look first.
   */
  @Nullable
  ObjectAddress address();

  /**
   * The bytes pinned in memory until the holder closes it, or null when that would take waiting.
   */
  @Nullable
  PinnedObject tryAcquirePin();

  /** As {@link #tryAcquirePin}; waits for room and for a disk as {@link #view} does. */
  PinnedObject acquirePin();

  /** As {@link #acquirePin}, brought back by a thread of the store. */
  CompletableFuture<PinnedObject> acquirePinAsync();

  /** As {@link #acquirePinAsync()}, into room that was taken for it; what is not used goes back. */
  default CompletableFuture<PinnedObject> acquirePinAsync(@Nullable WritableBlock room) {
    if (room != null) {
      room.abandon();
    }
    return acquirePinAsync();
  }

  /**
   * How much of this store's memory it takes to bring the bytes back; 0 while they are readable.
   */
  default long roomWanted() {
    return 0;
  }

  /** Has the bytes brought back by a thread of the store, if they are away. */
  void startRestore();

  /**
   * Whether there is nothing to give to others: a secondary copy that has been dropped, or bytes
   * that have come to harm on a disk.
   */
  boolean isMissing();

  /** Says that the bytes may be dropped and fetched again from there. */
  void markSecondary(RefetchSource refetchSource);

  /** Gives up the bytes wherever they are. Idempotent. */
  void discard();
}
