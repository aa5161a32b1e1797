package io.mobula.internal.store;

import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PinnedObject;
import java.lang.foreign.MemorySegment;

/**
 * Storage of a sealed object of this store that has one more owner. The object stays until this
 * storage is discarded, whatever becomes of its first owner.
 *
 * @param held the pin that keeps the object
 */
record AliasedStorage(PinnedObject held) implements UnmovedStorage {
  @Override
  public long byteSize() {
    return held.byteSize();
  }

  @Override
  public MemorySegment view() {
    return held.view();
  }

  @Override
  public ObjectAddress address() {
    return held.address();
  }

  @Override
  public PinnedObject acquirePin() {
    return held.acquireAnotherPin();
  }

  @Override
  public void discard() {
    held.free();
  }
}
