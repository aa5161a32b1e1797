package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Index of sealed objects by memory address. It finds the object that a piece of memory belongs to,
 * so that content that is already in the store is not copied there again. Small objects are not
 * indexed, as copying them costs less. Any thread may call.
 */
final class SealedIndex {
  /** Minimum size in bytes of an indexed object. */
  private static final long MIN_INDEXED_BYTES = 64 << 10;

  private final ConcurrentSkipListMap<Long, SealedObject> byAddress = new ConcurrentSkipListMap<>();

  void add(SealedObject object) {
    if (object.byteSize() >= MIN_INDEXED_BYTES) {
      byAddress.put(object.memory().address(), object);
    }
  }

  void remove(SealedObject object) {
    if (object.byteSize() >= MIN_INDEXED_BYTES) {
      byAddress.remove(object.memory().address(), object);
    }
  }

  /** Returns the object that contains all bytes of {@code content}, or null. */
  @Nullable
  SealedObject findContaining(MemorySegment content) {
    var below = byAddress.floorEntry(content.address());
    if (below == null) {
      return null;
    }
    long end = below.getKey() + below.getValue().byteSize();
    return content.address() + content.byteSize() <= end ? below.getValue() : null;
  }
}
