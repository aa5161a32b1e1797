package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Pin counters of one reader process: one int per slot, in shared memory.
 *
 * <p>Only the process that has claimed the row changes it; the owner of the store reads it.
 */
final class PinRow {
  /** Size of one counter in bytes. */
  static final int COUNTER_BYTES = 4;

  private final SharedFile file;
  private final int chunkLog;
  private volatile MemorySegment[] chunks = {};

  PinRow(SharedFile file, int chunkLog) {
    this.file = file;
    this.chunkLog = chunkLog;
  }

  /** Opens a row of another process's store, with no counters mapped yet; called by the reader. */
  static PinRow open(Path directory, FileHeader.StoreId storeId, int number, int chunkLog) {
    Path path = directory.resolve("pins-" + number);
    SharedFile file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.PINS, storeId, number, path.toString());
    if (file.header().dataBytes() != (long) COUNTER_BYTES << chunkLog) {
      throw new StoreException(path + " is damaged: its chunks have "
          + file.header().dataBytes() + " bytes, wanted " + ((long) COUNTER_BYTES << chunkLog));
    }
    return new PinRow(file, chunkLog);
  }

  /**
   * Creates zeroed counters for this many chunks of slots; called by the owner under the lock of
   * the table.
   */
  void extend(int wanted) {
    while (chunks.length < wanted) {
      add(file.append((long) COUNTER_BYTES << chunkLog));
    }
  }

  /** Maps counters that the owner has created; called by the reader under the lock of its table. */
  void mapChunks(int wanted) {
    if (chunks.length < wanted) {
      SharedFile now = file.reopen();
      long chunkBytes = (long) COUNTER_BYTES << chunkLog;
      while (chunks.length < wanted) {
        add(now.mapShared(chunks.length * chunkBytes, chunkBytes));
      }
    }
  }

  /** Sets every counter to zero; only for a row that no process uses. */
  void clear() {
    for (MemorySegment chunk : chunks) {
      chunk.fill((byte) 0);
    }
  }

  private void add(MemorySegment chunk) {
    MemorySegment[] grown = Arrays.copyOf(chunks, chunks.length + 1);
    grown[chunks.length] = chunk;
    chunks = grown;
  }

  /**
   * Adds to a counter with volatile semantics on both sides: no later load is done before the
   * addition.
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
