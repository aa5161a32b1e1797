package io.mobula.internal.memory;

/**
 * Protocol by which one process reads objects that another may free: hazard counters, without
 * messages.
 *
 * <p>Reader: increment the reader's own counter with a volatile read-modify-write, then load the
 * slot's word with volatile semantics. The word must be SEALED in the requested generation;
 * otherwise decrement the counter. Freeing process: compare-and-set SEALED to CONDEMNED, then scan
 * the counters. Each side writes first and reads second, so in the total order of volatile accesses
 * at least one of them sees the other: either the reader gives up or the freeing process waits.
 * Release stores do not give that order.
 *
 * <p>After decrementing a counter, following a pin or a mere attempt, a reader loads the word once
 * more. If the word is CONDEMNED, the reader must nudge the owner, which may have scanned in
 * between. The owner's sweep covers readers that die before they nudge. The idea is that of hazard
 * pointers (Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE TPDS
 * 2004) with a fixed counter for each object in place of a published address.
 */
final class PinProtocol {
  /** Slots' words, whether the table is this process's or another's. */
  interface SlotWords {
    /** Returns a slot's word, read with volatile semantics. */
    long word(long slot);
  }

  private final SlotWords table;
  private final PinRow row;

  /** Pins through a row that this process has claimed. */
  PinProtocol(SlotWords table, PinRow row) {
    this.table = table;
    this.row = row;
  }

  /**
   * Pins an object; returns false, without a pin, if the object is not sealed or the slot is of
   * another generation. The caller then nudges the owner if the slot is condemned.
   */
  boolean pin(long slot, long generation) {
    row.add(slot, 1);
    if (table.word(slot) == SlotWord.of(generation, SlotState.SEALED)) {
      return true;
    }
    row.add(slot, -1);
    return false;
  }

  /** Removes one pin; returns whether the slot is condemned, so that its owner must be nudged. */
  boolean unpin(long slot) {
    row.add(slot, -1);
    return SlotWord.state(table.word(slot)) == SlotState.CONDEMNED;
  }
}
