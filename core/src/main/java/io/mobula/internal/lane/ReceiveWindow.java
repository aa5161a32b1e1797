package io.mobula.internal.lane;

import io.mobula.internal.ring.FrameAssembler;

/**
 * What one process has received from another: which number comes next, and what is to be
 * acknowledged. Pure; for one thread.
 */
final class ReceiveWindow {
  private static final int EVERY = 64;

  private final FrameAssembler begun = new FrameAssembler();
  private long expected = 1;
  private long acknowledgedUpTo;
  private boolean gap;

  /**
   * Counts a frame if it is the next.
   *
   * @return whether it is: else it has come before, or one before it is missing and it will come
   *     again
   */
  boolean accept(long sequence) {
    if (sequence == expected) {
      expected++;
      gap = false;
      return true;
    }
    boolean isNews = sequence < expected || !gap; // the sender has missed an acknowledgement
    gap |= sequence > expected;
    if (isNews) {
      acknowledgedUpTo = Math.min(acknowledgedUpTo, expected - 2);
    }
    return false;
  }

  /** The frame of which a part has arrived, and not yet the last. */
  FrameAssembler assembler() {
    return begun;
  }

  /** The number up to which all have come. */
  long acknowledged() {
    return expected - 1;
  }

  /** Whether the sender should be told at once, because its window fills or it misses something. */
  boolean mustAcknowledgeNow() {
    return expected - 1 - acknowledgedUpTo >= EVERY;
  }

  /** Whether the sender does not know yet how far all have come. */
  boolean hasUnacknowledged() {
    return acknowledgedUpTo != expected - 1;
  }

  /** The sender has been told. */
  void markAcknowledged() {
    acknowledgedUpTo = expected - 1;
  }
}
