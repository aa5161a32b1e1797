package io.mobula.internal.lane;

import io.mobula.internal.ring.FrameAssembler;

/**
 * Receiving side of the sequence numbers of one peer: which number comes next, and what has to be
 * acknowledged. Pure logic; for one thread.
 */
final class ReceiveWindow {
  private static final int EVERY = 64;

  private final FrameAssembler begun = new FrameAssembler();
  private long expected = 1;
  private long acknowledgedUpTo;
  private boolean gap;

  /**
   * Accepts an envelope if it has the next number.
   *
   * @return false if it has arrived before, or if an earlier one is missing; then it will be sent
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

  /** Returns the assembler of the frame whose parts are arriving. */
  FrameAssembler assembler() {
    return begun;
  }

  /** Returns the number up to which all envelopes have arrived. */
  long acknowledged() {
    return expected - 1;
  }

  /**
   * Returns whether the sender should be told at once, because its window fills up or it has missed
   * an acknowledgement.
   */
  boolean mustAcknowledgeNow() {
    return expected - 1 - acknowledgedUpTo >= EVERY;
  }

  /** Returns whether envelopes have arrived that are not acknowledged yet. */
  boolean hasUnacknowledged() {
    return acknowledgedUpTo != expected - 1;
  }

  /** Records that all envelopes received so far have been acknowledged. */
  void markAcknowledged() {
    acknowledgedUpTo = expected - 1;
  }
}
