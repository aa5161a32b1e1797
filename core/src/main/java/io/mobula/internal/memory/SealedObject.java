package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object in this process's own store, with a reference count.
 *
 * <p>Dropping this handle frees nothing: {@link #free} does, and the memory is reclaimed when the
 * last pin is released.
 */
public final class SealedObject extends StoredObject {
  private final SharedStore store;
  private final @Nullable Extent<Segment> extent;
  private int refCount = 1;

  SealedObject(
      SharedStore store, @Nullable Extent<Segment> extent, long slot, long generation, long bytes) {
    super(slot, generation, bytes);
    this.store = store;
    this.extent = extent;
  }

  /**
   * Releases one reference to the object. The last release frees the object: no new pins are
   * possible, and the memory is reclaimed with the last existing pin. Has no effect after that.
   */
  public void free() {
    synchronized (this) {
      if (refCount == 0 || --refCount > 0) {
        return;
      }
    }
    store.lifecycle().free(this);
  }

  /**
   * Adds one reference, to be released by {@link #free}; returns false if the object is freed
   * already.
   */
  private synchronized boolean retain() {
    refCount += refCount == 0 ? 0 : 1;
    return refCount > 0;
  }

  /** Adds one reference and pins the object; returns null if the object is freed already. */
  @Nullable
  PinnedObject acquireShared() {
    if (!retain()) {
      return null;
    }
    try {
      return acquirePin();
    } catch (IllegalStateException evicted) {
      free();
      return null;
    }
  }

  /** Returns whether the object lies in the segment of this number. */
  public boolean isIn(int segment) {
    return extent != null && extent.home().index() == segment;
  }

  @Override
  public boolean isPinned() {
    return store.lifecycle().isPinned(this);
  }

  /** Returns the block's memory, writable. */
  @Override
  MemorySegment memory() {
    return extent == null ? EMPTY : extent.home().blocks().asSlice(extent.offset(), byteSize());
  }

  @Nullable
  Extent<Segment> extent() {
    return extent;
  }

  void seal() {
    store.lifecycle().seal(this);
  }

  void abandon() {
    store.lifecycle().abandon(this);
  }

  @Override
  void requireOpen() {
    store.requireOpen();
  }

  @Override
  long word() {
    return store.lifecycle().word(this);
  }

  @Override
  boolean pinShared() {
    return store.pins().pin(slot(), generation());
  }

  @Override
  boolean unpinShared() {
    return store.pins().unpin(slot());
  }

  @Override
  void nudge() {
    store.lifecycle().nudge(slot());
  }

  @Override
  MemorySegment mapAlone() {
    Extent<Segment> at = Objects.requireNonNull(extent, "an object of no bytes has no mapping");
    return at.home().mapView(at.offset(), byteSize());
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
  void notifyUnpinned() {
    store.notifyReclaimed();
  }

  @Override
  String storeName() {
    return store.directory().toString();
  }
}
