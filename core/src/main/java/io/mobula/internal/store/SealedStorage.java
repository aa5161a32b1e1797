package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.WritableBlock;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Storage of the sealed bytes of one value: in this store's memory, from which they may be spilled
 * and restored, or in that of another process. Safe for all threads.
 */
interface SealedStorage {

  /** Returns the number of bytes, wherever they are. */
  long byteSize();

  /**
   * Returns a read-only view of the bytes, pinned for as long as the view is reachable. May wait
   * for memory and for a disk.
   *
   * @throws IllegalStateException after {@link #discard}
   * @throws ObjectMovedException when the bytes belong to another process and were moved
   * @throws io.mobula.error.ObjectLostException when the bytes were spilled and damaged
   * @throws io.mobula.error.StoreFullException when the bytes were spilled and there is no memory
   *     to restore them
   */
  MemorySegment view();

  /**
   * Reads the bytes like {@link #view}, under a pin that ends with this call; {@code reader} must
   * not keep the segment.
   */
  <T extends @Nullable Object> T read(Function<MemorySegment, T> reader);

  /**
   * Copies all bytes to the heap, for small values. Restores nothing and so waits for no memory;
   * may wait for a disk.
   */
  byte[] copy();

  /** Returns whether the bytes take this store's own memory. */
  default boolean isLocal() {
    return true;
  }

  /** Records that the value was read just now. Costs a plain load, and sometimes a store. */
  void touch();

  /**
   * Returns the current address of the bytes in memory, or null. It may change at any time; other
   * processes use it as a hint.
   */
  @Nullable
  ObjectAddress address();

  /**
   * Returns the bytes, pinned in memory until the caller closes the pin; null when that would take
   * waiting.
   */
  @Nullable
  PinnedObject tryAcquirePin();

  /** Returns the bytes, pinned in memory; waits for memory and for a disk like {@link #view}. */
  PinnedObject acquirePin();

  /**
   * Returns the bytes, pinned in memory; a background thread of the store restores them if
   * necessary.
   */
  CompletableFuture<PinnedObject> acquirePinAsync();

  /** Restores and pins the bytes, in memory that was allocated for them; unused memory is freed. */
  default CompletableFuture<PinnedObject> acquirePinAsync(@Nullable WritableBlock room) {
    if (room != null) {
      room.abandon();
    }
    return acquirePinAsync();
  }

  /**
   * Returns how many bytes of this store's memory a restore needs; 0 while the bytes are readable.
   */
  default long roomWanted() {
    return 0;
  }

  /** Has a background thread of the store restore the bytes, if they are not in memory. */
  void startRestore();

  /**
   * Returns whether there is nothing to give to others: a secondary copy that was dropped, or bytes
   * that were damaged on a disk.
   */
  boolean isMissing();

  /** Records that the bytes may be dropped and fetched again from that source. */
  void markSecondary(RefetchSource refetchSource);

  /** Frees the bytes wherever they are. Idempotent. */
  void discard();
}
