package io.mobula.internal.memory;

/**
 * The protocol by which one process reads objects that another may free: hazard counters, and no
 * message.
 *
 * <p>Reader: raise the own counter with a volatile read-modify-write, then load the slot's word
 * with volatile effect. It must be SEALED in the generation asked for; else lower the counter
 * again. Freer: compare-and-set SEALED to CONDEMNED, then scan the counters. Each side writes first
 * and looks second, so in the one order that volatile accesses have at least one of them sees the
 * other: either the reader gives up or the freer waits. Release stores do not give that order.
 *
 * <p>Whoever lowers a counter looks at the word once more, whether it had pinned or only tried, and
 * must nudge the owner if that is CONDEMNED, as the owner may have scanned in between. The owner's
 * sweep covers readers that die first. The idea is that of hazard pointers (Michael, "Hazard
 * Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE TPDS 2004) with a fixed counter
 * for each object in place of a published address.
 */
final class PinProtocol {
  /** The words of slots, wherever the table is mapped. */
  interface SlotWords {
    /** A slot's word now, with volatile effect. */
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
   * Pins an object; false, and no pin, if it is not sealed or not of this generation (any more).
   * The caller then nudges the owner of the slot, if it is condemned.
   */
  boolean pin(long slot, long generation) {
    row.add(slot, 1);
    if (table.word(slot) == SlotWord.of(generation, SlotState.SEALED)) {
      return true;
    }
    row.add(slot, -1);
    return false;
  }

  /**
   * Takes one pin back; says whether what the slot holds is condemned, so that its owner must be
   * nudged.
   */
  boolean unpin(long slot) {
    row.add(slot, -1);
    return SlotWord.state(table.word(slot)) == SlotState.CONDEMNED;
  }
}
