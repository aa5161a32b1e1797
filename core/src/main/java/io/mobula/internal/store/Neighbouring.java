package io.mobula.internal.store;

import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in the memory of another process of this host, which alone moves and frees them. Nothing
 * here waits: whoever reads what has been moved is told so by a {@link MovedException}.
 */
final class Neighbouring implements Residence {
  private final PeerObject object;
  private final Runnable begun;
  private final AtomicBoolean isBegun = new AtomicBoolean();

  /**
   * Bytes that are there now.
   *
   * @param begun told once, when a reader has them pinned
   */
  Neighbouring(PeerObject object, Runnable begun) {
    this.object = object;
    this.begun = begun;
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
    try (var held = hold()) {
      return reader.apply(held.bytes());
    }
  }

  @Override
  public byte[] copy() {
    return read(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public boolean isOwn() {
    return false;
  }

  @Override
  public void touch() {}

  @Override
  public ObjectAddress address() {
    return object.address();
  }

  @Override
  public PinnedObject tryHold() {
    return hold();
  }

  @Override
  public PinnedObject hold() {
    return pinned(object::acquirePin);
  }

  @Override
  public CompletableFuture<PinnedObject> recalled() {
    return CompletableFuture.completedFuture(hold());
  }

  @Override
  public void recall() {}

  @Override
  public boolean isMissing() {
    return false;
  }

  private <T> T pinned(Supplier<T> pinning) {
    T pinned;
    try {
      pinned = pinning.get();
    } catch (IllegalStateException moved) {
      throw new MovedException(moved);
    }
    if (isBegun.compareAndSet(false, true)) {
      begun.run();
    }
    return pinned;
  }

  @Override
  public void secondary(Origin origin) {}

  @Override
  public void discard() {}
}
