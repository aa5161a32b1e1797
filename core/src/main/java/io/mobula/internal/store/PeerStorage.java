package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerObject;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Storage in the memory of another process of this host, which alone moves and frees it. Nothing
 * here waits: reading bytes that were moved throws an {@link ObjectMovedException}.
 */
final class PeerStorage implements SealedStorage {
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
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    try (var held = acquirePin()) {
      return reader.apply(held.bytes());
    }
  }

  @Override
  public byte[] copy() {
    return read(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public void touch() {}

  @Override
  public ObjectAddress address() {
    return object.address();
  }

  @Override
  public PinnedObject tryAcquirePin() {
    return acquirePin();
  }

  @Override
  public PinnedObject acquirePin() {
    return pinned(object::acquirePin);
  }

  @Override
  public CompletableFuture<PinnedObject> acquirePinAsync() {
    return CompletableFuture.completedFuture(acquirePin());
  }

  @Override
  public void startRestore() {}

  @Override
  public boolean isMissing() {
    return false;
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
  public void markSecondary(RefetchSource refetchSource) {}

  @Override
  public void discard() {}
}
