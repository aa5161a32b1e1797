package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The only access to shared words: plain, volatile and atomic operations on little-endian longs and
 * ints in a mapping.
 *
 * <p>It uses only {@link VarHandle}s over {@link MemorySegment}, so it needs no JVM flag, and every
 * access is bounds-checked. Offsets are in bytes and must be aligned to the width of the word.
 */
final class RawMemory {
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private RawMemory() {}

  static long getLong(MemorySegment memory, long offset) {
    return (long) LONG.get(memory, offset);
  }

  static void putLong(MemorySegment memory, long offset, long value) {
    LONG.set(memory, offset, value);
  }

  static long getLongVolatile(MemorySegment memory, long offset) {
    return (long) LONG.getVolatile(memory, offset);
  }

  static void putLongVolatile(MemorySegment memory, long offset, long value) {
    LONG.setVolatile(memory, offset, value);
  }

  static boolean compareAndSetLong(MemorySegment memory, long offset, long expected, long value) {
    return LONG.compareAndSet(memory, offset, expected, value);
  }

  static int getInt(MemorySegment memory, long offset) {
    return (int) INT.get(memory, offset);
  }

  static void putInt(MemorySegment memory, long offset, int value) {
    INT.set(memory, offset, value);
  }

  static int getIntVolatile(MemorySegment memory, long offset) {
    return (int) INT.getVolatile(memory, offset);
  }

  /** Adds with volatile semantics on both sides and returns the previous value. */
  static int getAndAddInt(MemorySegment memory, long offset, int delta) {
    return (int) INT.getAndAdd(memory, offset, delta);
  }
}
