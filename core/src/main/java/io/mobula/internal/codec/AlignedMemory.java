package io.mobula.internal.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Fresh memory for values that are copied out of their buffers. The memory is aligned for every
 * primitive type and is freed by the garbage collector.
 */
final class AlignedMemory {
  private static final long ALIGNMENT = Long.BYTES;

  private AlignedMemory() {}

  /** Allocates zeroed off-heap memory that supports {@code asByteBuffer}, as store memory does. */
  static MemorySegment allocate(long size) {
    return Arena.ofAuto().allocate(size, ALIGNMENT);
  }

  /** Copies a segment into fresh memory, read-only. */
  static MemorySegment copyOf(MemorySegment source) {
    return allocate(source.byteSize()).copyFrom(source).asReadOnly();
  }
}
