package io.mobula.internal.store;

import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Storage of bytes that this store neither moves nor restores, because somebody else decides where
 * they are: another object of this store, or another process of this host. Pinning them never
 * waits.
 */
interface UnmovedStorage extends SealedStorage {
  @Override
  default <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    try (var held = acquirePin()) {
      return reader.apply(held.bytes());
    }
  }

  @Override
  default byte[] copy() {
    return read(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  default void touch() {}

  @Override
  default PinnedObject tryAcquirePin() {
    return acquirePin();
  }

  @Override
  default CompletableFuture<PinnedObject> acquirePinAsync() {
    return CompletableFuture.completedFuture(acquirePin());
  }

  @Override
  default void startRestore() {}

  @Override
  default boolean isMissing() {
    return false;
  }

  @Override
  default void markSecondary(RefetchSource refetchSource) {}
}
