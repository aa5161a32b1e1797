package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Storage of a sealed object of this store that has one more owner. The object stays until this
 * storage is discarded, whatever becomes of its first owner.
 *
 * @param held the pin that keeps the object
 */
record AliasedStorage(PinnedObject held) implements SealedStorage {
  @Override
  public long byteSize() {
    return held.byteSize();
  }

  @Override
  public MemorySegment view() {
    return held.view();
  }

  @Override
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    try (var again = acquirePin()) {
      return reader.apply(again.bytes());
    }
  }

  @Override
  public byte[] copy() {
    return read(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public void touch() {}

  @Override
  public ObjectAddress address() {
    return held.address();
  }

  @Override
  public PinnedObject tryAcquirePin() {
    return acquirePin();
  }

  @Override
  public PinnedObject acquirePin() {
    return held.acquireAnotherPin();
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

  @Override
  public void markSecondary(RefetchSource refetchSource) {}

  @Override
  public void discard() {
    held.free();
  }
}
