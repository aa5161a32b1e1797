package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object in the store of another process of this host, read in place.
 *
 * <p>The handle keeps the mapping alive but not the object: the owner may free the object whenever
 * it is not pinned, and reading then fails as it does for a freed object of this process.
 */
public final class PeerObject extends StoredObject {
  private final PeerStore store;
  private final @Nullable Segment segment;
  private final long offset;

  PeerObject(PeerStore store, @Nullable Segment segment, long offset, ObjectAddress address) {
    super(address.slot(), address.generation(), address.bytes());
    this.store = store;
    this.segment = segment;
    this.offset = offset;
  }

  @Override
  public boolean isPinned() {
    return localPins() > 0;
  }

  /**
   * Maps a piece of the object's segment into this process, under a pin, as the owner may truncate
   * the file of an unpinned object. Returns whether more is left to touch.
   */
  boolean touchSegment(long from) {
    try {
      pin();
    } catch (IllegalStateException | StoreException freedOrDamaged) {
      return false;
    }
    try {
      return segment != null && segment.touch(from);
    } finally {
      unpin();
    }
  }

  @Override
  void requireOpen() {
    store.requireOpen();
  }

  @Override
  long word() {
    return store.table().word(slot());
  }

  @Override
  boolean pinShared() {
    return store.pin(slot(), generation());
  }

  @Override
  boolean unpinShared() {
    return store.unpin(slot());
  }

  @Override
  void nudge() {
    store.nudge(slot());
  }

  @Override
  MemorySegment memory() {
    return segment == null ? EMPTY : segment.blocks().asSlice(offset, byteSize());
  }

  @Override
  MemorySegment mapAlone() {
    return Objects.requireNonNull(segment, "an object of no bytes has no mapping")
        .mapView(offset, byteSize());
  }

  @Override
  long maxBufferBytes() {
    return store.maxBufferBytes();
  }

  @Override
  void whenUnreachable(Object token, Runnable then) {
    store.whenUnreachable(token, then);
  }

  @Override
  void notifyUnpinned() {} // the owner is nudged where that matters

  @Override
  String storeName() {
    return store.toString();
  }
}
