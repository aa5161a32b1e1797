package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sealed object that a stretch of memory lies in, so that what is in the store already
 * need not be copied there again. Only for objects whose copy would cost more than being
 * remembered. Any thread.
 */
final class SealedIndex {
  /** From this size on an object is remembered, in bytes. */
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

  /** The object all of whose bytes {@code content} lies in, or null. */
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
