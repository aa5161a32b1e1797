package io.mobula.internal.memory;

/**
 * Encoding of a slot's 64-bit word: state in the low 8 bits, generation in the high 56.
 *
 * <p>The generation increases by one with every object that the slot holds, so a word names one
 * object for ever: at a million objects a second in a single slot, 56 bits last 2 000 years.
 */
final class SlotWord {
  private static final int STATE_BITS = 8;
  private static final long STATE_MASK = (1L << STATE_BITS) - 1;

  private SlotWord() {}

  static long of(long generation, SlotState state) {
    return (generation << STATE_BITS) | state.code();
  }

  static long generation(long word) {
    return word >>> STATE_BITS;
  }

  static SlotState state(long word) {
    return SlotState.of((int) (word & STATE_MASK));
  }
}
