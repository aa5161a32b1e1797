package io.mobula.internal.memory;

import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The slots of all objects, in shared memory: one word of state and generation each, and where the
 * object lies.
 *
 * <p>Grows by chunks, never shrinks, and uses slots again, the one freed last first. A slot's
 * number is for ever; who holds one may look at its word from any thread. Words change only by
 * compare-and-set, so of several threads that want the same step exactly one takes it. Taking and
 * giving back slots goes through a short lock.
 */
final class ObjectTable implements PinProtocol.SlotWords {
  /** Bytes of one slot: word, segment, offset, size. */
  static final int SLOT_BYTES = 32;
  /** How many slots a table can have. */
  static final int MOST_SLOTS = 1 << 26;
  /** Where the header page says how many slots there are. */
  static final int SLOTS_OFFSET = 64;

  /** Where the header page has the progress word of its process. */
  static final int PROGRESS_OFFSET = 72;

  /** Where in a slot the number of the segment is; {@link #NO_SEGMENT} for no bytes. */
  static final int SEGMENT = 8;
  /** Where in a slot the offset of the block in its segment is. */
  static final int OFFSET = 16;
  /** Where in a slot the size of the object is. */
  static final int SIZE = 24;
  /** The number of the segment of an object of no bytes. */
  static final int NO_SEGMENT = -1;

  private final SharedFile file;
  private final MemorySegment headerPage;
  private final PinMatrix pins;
  private final int chunkLog;
  private volatile MemorySegment[] chunks = {};
  private int[] free = new int[16];
  private int freeCount;
  private int used;

  /**
   * A table with no slots yet; {@code 2^chunkLog} slots are added at a time, and a column of
   * {@code pins} for each.
   */
  ObjectTable(SharedFile file, MemorySegment headerPage, PinMatrix pins, int chunkLog) {
    this.file = file;
    this.headerPage = headerPage;
    this.pins = pins;
    this.chunkLog = chunkLog;
  }

  /**
   * Takes a slot for a new object and moves it from FREED to CREATED, in its next generation.
   *
   * @return the slot's number
   * @throws StoreFullException if the table cannot grow
   */
  long create(int segment, long offset, long bytes) {
    int slot = take();
    MemorySegment chunk = chunk(slot);
    long at = at(slot);
    RawMemory.putInt(chunk, at + SEGMENT, segment);
    RawMemory.putLong(chunk, at + OFFSET, offset);
    RawMemory.putLong(chunk, at + SIZE, bytes);
    long generation = SlotWord.generation(RawMemory.getLong(chunk, at)) + 1;
    RawMemory.putLongVolatile(chunk, at, SlotWord.of(generation, SlotState.CREATED));
    return slot;
  }

  @Override
  public long word(long slot) {
    return RawMemory.getLongVolatile(chunk(slot), at(slot));
  }

  /**
   * Takes one step of an object's life; false if the object is not in {@code from}, or is not this
   * generation's.
   */
  boolean transition(long slot, long generation, SlotState from, SlotState to) {
    return RawMemory.compareAndSetLong(
        chunk(slot), at(slot), SlotWord.of(generation, from), SlotWord.of(generation, to));
  }

  /**
   * Frees a sealed object if nobody has it pinned; the word says CONDEMNED while that is looked at.
   * Not while all are condemned at the end, who would take that for somebody else's doing.
   */
  synchronized boolean evict(long slot, long generation, PinMatrix readers) {
    if (!transition(slot, generation, SlotState.SEALED, SlotState.CONDEMNED)) {
      return false;
    }
    boolean free = !readers.isPinned(slot);
    transition(slot, generation, SlotState.CONDEMNED, free ? SlotState.FREED : SlotState.SEALED);
    return free;
  }

  /** Gives back a slot whose word says FREED; only who took that step may, and once. */
  synchronized void release(long slot) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, free.length * 2);
    }
    free[freeCount++] = (int) slot;
  }

  /** How many slots hold an object. */
  synchronized int inUse() {
    return used - freeCount;
  }

  /**
   * Condemns every sealed object and frees those that nobody reads, at the end of the store.
   *
   * @return the numbers of the segments in which something is still read, or still being written
   */
  synchronized BitSet condemnAll(PinMatrix readers) {
    BitSet inUse = new BitSet();
    for (long slot = 0; slot < used; slot++) {
      long generation = SlotWord.generation(word(slot));
      transition(slot, generation, SlotState.SEALED, SlotState.CONDEMNED);
      SlotState state = SlotWord.state(word(slot));
      if (state == SlotState.CREATED || (state == SlotState.CONDEMNED && readers.isPinned(slot))) {
        int segment = RawMemory.getInt(chunk(slot), at(slot) + SEGMENT);
        if (segment >= 0) {
          inUse.set(segment);
        }
      }
    }
    return inUse;
  }

  private synchronized int take() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    if (used == chunks.length << chunkLog) {
      grow();
    }
    return used++;
  }

  /** Pins first, then slots, then their number: whoever sees a slot finds its pins. */
  private void grow() {
    int slots = (chunks.length + 1) << chunkLog;
    if (slots > MOST_SLOTS) {
      throw new StoreFullException(
          "The object table holds " + used + " objects and cannot hold more: free some, or put"
              + " many small values into one object");
    }
    pins.extend(chunks.length + 1);
    MemorySegment added = file.append((long) SLOT_BYTES << chunkLog);
    MemorySegment[] grown = Arrays.copyOf(chunks, chunks.length + 1);
    grown[chunks.length] = added;
    chunks = grown;
    RawMemory.putLongVolatile(headerPage, SLOTS_OFFSET, slots);
  }

  /** Raises the progress word; by one thread. */
  void raiseProgress() {
    long next = RawMemory.getLong(headerPage, PROGRESS_OFFSET) + 1;
    RawMemory.putLongVolatile(headerPage, PROGRESS_OFFSET, next);
  }

  private MemorySegment chunk(long slot) {
    return chunks[(int) (slot >>> chunkLog)];
  }

  private long at(long slot) {
    return (slot & ((1L << chunkLog) - 1)) * SLOT_BYTES;
  }
}
