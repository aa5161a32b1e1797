package io.mobula.internal.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Fresh memory for values that are copied out: aligned for every primitive type and freed by the
 * garbage collector.
 */
final class AlignedMemory {
  private static final long ALIGNMENT = Long.BYTES;

  private AlignedMemory() {}

  /** Zeroed off-heap memory, usable through {@code asByteBuffer} as store memory is. */
  static MemorySegment allocate(long size) {
    return Arena.ofAuto().allocate(size, ALIGNMENT);
  }

  /** A read-only copy. */
  static MemorySegment copyOf(MemorySegment source) {
    return allocate(source.byteSize()).copyFrom(source).asReadOnly();
  }
}
