package io.mobula.internal.memory;

import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Table of all objects of a store, in shared memory: each slot has one word of state and
 * generation, and the location of the object.
 *
 * <p>The table grows by chunks, never shrinks, and reuses slots, the one freed last first. A slot
 * keeps its number for ever, and any thread that has the number may read the slot's word. Words
 * change only by compare-and-set, so of several threads that try the same transition exactly one
 * succeeds. Taking and releasing slots holds a short lock.
 */
final class ObjectTable implements PinProtocol.SlotWords {
  /** Size of one slot in bytes: word, segment, offset, size. */
  static final int SLOT_BYTES = 32;
  /** Maximum number of slots of a table. */
  static final int MAX_SLOTS = 1 << 26;
  /** Offset of the number of slots in the header page. */
  static final int SLOTS_OFFSET = 64;

  /** Offset of the owner's progress word in the header page. */
  static final int PROGRESS_OFFSET = 72;

  /**
   * Offset of the segment number in a slot; the number is {@link #NO_SEGMENT} for an object of no
   * bytes.
   */
  static final int SEGMENT = 8;
  /** Offset within a slot of the block's offset in its segment. */
  static final int OFFSET = 16;
  /** Offset within a slot of the object's size. */
  static final int SIZE = 24;
  /** Segment number of an object of no bytes. */
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
   * Makes a table without slots. It grows by {@code 2^chunkLog} slots at a time, and {@code pins}
   * by one column for each.
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
   * Moves an object from one state to another; returns false if the object is not in state
   * {@code from} or the slot is of another generation.
   */
  boolean transition(long slot, long generation, SlotState from, SlotState to) {
    return RawMemory.compareAndSetLong(
        chunk(slot), at(slot), SlotWord.of(generation, from), SlotWord.of(generation, to));
  }

  /**
   * Frees a sealed object if no process has it pinned. The word is CONDEMNED while the pins are
   * checked. Excludes {@link #condemnAll}, which would take that state for the work of another
   * thread.
   */
  synchronized boolean evict(long slot, long generation, PinMatrix readers) {
    if (!transition(slot, generation, SlotState.SEALED, SlotState.CONDEMNED)) {
      return false;
    }
    boolean free = !readers.isPinned(slot);
    transition(slot, generation, SlotState.CONDEMNED, free ? SlotState.FREED : SlotState.SEALED);
    return free;
  }

  /**
   * Releases a slot whose word is FREED. Only the thread that made that transition may call this,
   * and once.
   */
  synchronized void release(long slot) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, free.length * 2);
    }
    free[freeCount++] = (int) slot;
  }

  /** Returns the number of slots that hold an object. */
  synchronized int inUse() {
    return used - freeCount;
  }

  /**
   * Condemns every sealed object at the end of the store.
   *
   * @return the numbers of the segments in which an object is still being read or written
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

  /**
   * Adds pins first, then slots, then publishes the number of slots, so that a process that sees a
   * slot finds its pins.
   */
  private void grow() {
    int slots = (chunks.length + 1) << chunkLog;
    if (slots > MAX_SLOTS) {
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

  /** Increments the progress word; called by one thread. */
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
