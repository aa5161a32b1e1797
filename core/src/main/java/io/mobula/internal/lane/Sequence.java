package io.mobula.internal.lane;

/**
 * What one process has received from another: which number comes next, and what is to be
 * acknowledged. Pure; for one thread.
 */
final class Sequence {
  private static final int EVERY = 64;

  private long expected = 1;
  private long told;
  private boolean gap;

  /** What to do with a frame. */
  enum Verdict {
    /** It is the next one: deliver it. */
    DELIVER,
    /** It has come before. */
    REPEATED,
    /** One before it is missing; it will come again. */
    EARLY
  }

  /** Judges a frame by its number, and counts it if it is the next. */
  Verdict arrived(long sequence) {
    if (sequence == expected) {
      expected++;
      gap = false;
      return Verdict.DELIVER;
    }
    if (sequence < expected) {
      told = Math.min(told, expected - 2); // the sender has missed an acknowledgement
      return Verdict.REPEATED;
    }
    boolean first = !gap;
    gap = true;
    if (first) {
      told = Math.min(told, expected - 2);
    }
    return Verdict.EARLY;
  }

  /** The number up to which all have come. */
  long acknowledged() {
    return expected - 1;
  }

  /** Whether the sender should be told at once, because its window fills or it misses something. */
  boolean isUrgent() {
    return expected - 1 - told >= EVERY;
  }

  /** Whether the sender does not know yet how far all have come. */
  boolean isUntold() {
    return told != expected - 1;
  }

  /** The sender has been told. */
  void told() {
    told = expected - 1;
  }
}
