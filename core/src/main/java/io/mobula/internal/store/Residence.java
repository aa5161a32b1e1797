package io.mobula.internal.store;

import io.mobula.internal.memory.StoredObject;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the sealed bytes of one value are: in this store's memory for good, in another's, or coming
 * and going. Safe for all threads.
 */
interface Residence {

  /** The number of bytes, wherever they are. */
  long byteSize();

  /**
   * A read-only view of the bytes, pinned for as long as it is reachable. May wait for room and for
   * a disk.
   *
   * @throws IllegalStateException after {@link #discard}
   * @throws io.mobula.error.ObjectLostException when they were away and have come to harm there
   * @throws io.mobula.error.StoreFullException when they are away and find no room to come back to
   */
  MemorySegment view();

  /** As {@link #view}, for the duration of the call; {@code reader} must not keep the segment. */
  <T extends @Nullable Object> T read(Function<MemorySegment, T> reader);

  /** Says that the value was read just now. Costs a plain load, and a store at times. */
  void touch();

  /** The object in memory, which it does not leave any more: others have been told its address. */
  StoredObject settled();

  /**
   * The object if it is in memory right now, or null. It may leave at any time: to pin it fails
   * then.
   */
  @Nullable
  StoredObject inMemory();

  /** Whether another node has the primary copy. */
  boolean isSecondary();

  /** Says that the bytes may be dropped and fetched again from there. */
  void secondary(Origin origin);

  /** Gives up the bytes wherever they are. Idempotent. */
  void discard();
}
