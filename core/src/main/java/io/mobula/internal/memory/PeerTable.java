package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Object table of another process, mapped for reading, and this process's pin row beside it.
 *
 * <p>Any thread may call. Both grow with the owner's: the owner adds pins first, then slots, then
 * publishes the number of slots, so a reader that sees the number finds the rest.
 */
final class PeerTable implements PinProtocol.SlotWords {
  private static final int MIN_CHUNK_LOG = 10;
  private static final int MAX_CHUNK_LOG = 20;

  private final SharedFile file;
  private final MemorySegment headerPage;
  private final PinRow row;
  private final int chunkLog;
  private volatile MemorySegment[] chunks = {};

  /** Makes the table in {@code file} with a row that this process has claimed. */
  PeerTable(SharedFile file, MemorySegment headerPage, PinRow row) {
    this.file = file;
    this.headerPage = headerPage;
    this.row = row;
    this.chunkLog = chunkLog(file);
  }

  /**
   * Returns the logarithm of the number of slots in a chunk; throws if the table's header is
   * invalid.
   */
  static int chunkLog(SharedFile table) {
    long slots = table.header().dataBytes() / ObjectTable.SLOT_BYTES;
    int log = Long.numberOfTrailingZeros(slots);
    if (table.header().dataBytes() != (long) ObjectTable.SLOT_BYTES << log
        || log < MIN_CHUNK_LOG
        || log > MAX_CHUNK_LOG) {
      throw new StoreException(
          table.path() + " is damaged: its chunks have " + table.header().dataBytes()
              + " bytes, wanted " + ObjectTable.SLOT_BYTES + " times a power of two of slots");
    }
    return log;
  }

  @Override
  public long word(long slot) {
    return RawMemory.getLongVolatile(chunk(slot), at(slot));
  }

  /** Returns the segment number of a pinned object; -1 for an object of no bytes. */
  int segment(long slot) {
    return RawMemory.getInt(chunk(slot), at(slot) + ObjectTable.SEGMENT);
  }

  /** Returns the offset of a pinned object's block in its segment. */
  long offset(long slot) {
    return RawMemory.getLong(chunk(slot), at(slot) + ObjectTable.OFFSET);
  }

  /** Returns the size of a pinned object in bytes. */
  long size(long slot) {
    return RawMemory.getLong(chunk(slot), at(slot) + ObjectTable.SIZE);
  }

  /**
   * Maps the slot and its pin unless they are mapped.
   *
   * @throws StoreException if the owner has no such slot
   */
  void ensureMapped(long slot) {
    chunk(slot);
  }

  private MemorySegment chunk(long slot) {
    int number = (int) (slot >>> chunkLog);
    MemorySegment[] now = chunks;
    return number < now.length ? now[number] : grown(slot)[number];
  }

  private synchronized MemorySegment[] grown(long slot) {
    int wanted = (int) (slot >>> chunkLog) + 1;
    if (chunks.length < wanted) {
      long slots = RawMemory.getLongVolatile(headerPage, ObjectTable.SLOTS_OFFSET);
      if (slot < 0 || slot >= slots || slots > ObjectTable.MAX_SLOTS) {
        throw new StoreException(file.path() + " has " + slots + " slots, wanted slot " + slot);
      }
      row.mapChunks(wanted);
      SharedFile longer = file.reopen();
      long chunkBytes = (long) ObjectTable.SLOT_BYTES << chunkLog;
      MemorySegment[] more = Arrays.copyOf(chunks, wanted);
      for (int i = chunks.length; i < wanted; i++) {
        more[i] = longer.mapReadOnly(i * chunkBytes, chunkBytes);
      }
      chunks = more;
    }
    return chunks;
  }

  private long at(long slot) {
    return (slot & ((1L << chunkLog) - 1)) * ObjectTable.SLOT_BYTES;
  }
}
