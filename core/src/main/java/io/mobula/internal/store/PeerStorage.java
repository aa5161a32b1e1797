package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerObject;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Storage in the memory of another process of this host, which alone moves and frees it. Nothing
 * here waits: reading bytes that were moved throws an {@link ObjectMovedException}.
 */
final class PeerStorage implements UnmovedStorage {
  private final PeerObject object;
  private final Runnable onFirstPin;
  private final AtomicBoolean isBegun = new AtomicBoolean();

  /**
   * Creates the storage of bytes that are there now.
   *
   * @param begun called once, when a reader has pinned them
   */
  PeerStorage(PeerObject object, Runnable begun) {
    this.object = object;
    this.onFirstPin = begun;
  }

  @Override
  public long byteSize() {
    return object.byteSize();
  }

  @Override
  public MemorySegment view() {
    return pinned(object::view);
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public ObjectAddress address() {
    return object.address();
  }

  @Override
  public PinnedObject acquirePin() {
    return pinned(object::acquirePin);
  }

  private <T> T pinned(Supplier<T> pinning) {
    T pinned;
    try {
      pinned = pinning.get();
    } catch (IllegalStateException moved) {
      throw new ObjectMovedException(moved);
    }
    if (isBegun.compareAndSet(false, true)) {
      onFirstPin.run();
    }
    return pinned;
  }

  @Override
  public void discard() {}
}
