package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One reader process's counters in the matrix of pins: one int per slot, in shared memory.
 *
 * <p>Only the process that has claimed the row changes it; the owner of the store reads it.
 */
final class PinRow {
  /** Bytes of one counter. */
  static final int COUNTER_BYTES = 4;

  private final SharedFile file;
  private final int chunkLog;
  private volatile MemorySegment[] chunks = {};

  PinRow(SharedFile file, int chunkLog) {
    this.file = file;
    this.chunkLog = chunkLog;
  }

  /**
   * Makes counters, all zero, for this many chunks of slots; the owner's work, under the lock of
   * the table.
   */
  void extend(int wanted) {
    while (chunks.length < wanted) {
      MemorySegment added = file.append((long) COUNTER_BYTES << chunkLog);
      MemorySegment[] grown = Arrays.copyOf(chunks, chunks.length + 1);
      grown[chunks.length] = added;
      chunks = grown;
    }
  }

  /**
   * Changes a counter with volatile effect on both sides: no load that follows is done before it.
   */
  void add(long slot, int delta) {
    RawMemory.getAndAddInt(chunk(slot), at(slot), delta);
  }

  boolean isPinned(long slot) {
    return RawMemory.getIntVolatile(chunk(slot), at(slot)) != 0;
  }

  private MemorySegment chunk(long slot) {
    return chunks[(int) (slot >>> chunkLog)];
  }

  private long at(long slot) {
    return (slot & ((1L << chunkLog) - 1)) * COUNTER_BYTES;
  }
}
