package io.mobula.internal.transfer;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Source of a pull: the ranges requested from it, and its behavior so far. Belongs to
 * {@link PullState}.
 */
final class PullSource {
  /** Number of valid chunks that make up for one with a wrong checksum. */
  private static final int FORGIVING = 8;

  /** Requested range; the bytes before {@code next} have arrived or were reclaimed. */
  static final class PendingRange {
    final long from;
    final long to;
    final long asked;
    long next;
    long touched;
    boolean hedged;

    PendingRange(long from, long to, long now) {
      this.from = from;
      this.to = to;
      this.next = from;
      this.asked = now;
      this.touched = now;
    }
  }

  final int index;
  final String name;
  /** Endpoint of the same node on another transport, or null. */
  final @Nullable String standby;

  /** Requested ranges in the order of the requests, in which they are also answered. */
  final ArrayDeque<PendingRange> pendingRanges = new ArrayDeque<>();

  private long outstandingBytes;
  private long heard;
  private long backoffUntil;
  private int silences;
  private int corrupted;
  private int right;
  private boolean wasAsked;
  private @Nullable String reason;

  PullSource(int index, EndpointPair node, long now) {
    this.index = index;
    this.name = node.first();
    this.standby = node.standby();
    this.heard = now;
    this.backoffUntil = now;
  }

  boolean isUsable() {
    return reason == null;
  }

  @Nullable
  String reason() {
    return reason;
  }

  void giveUp(String why) {
    if (reason == null) {
      reason = why;
    }
  }

  /**
   * Returns how many bytes may be requested now. A source that was silent gets one small request to
   * prove itself.
   */
  long availableBytes(long window, long now) {
    if (!isUsable() || now < backoffUntil) {
      return 0;
    }
    return silences == 0 ? window - outstandingBytes : pendingRanges.isEmpty() ? 1 : 0;
  }

  boolean wasRequested() {
    return wasAsked;
  }

  boolean isTrusted() {
    return silences == 0;
  }

  void addRange(PendingRange pendingRange, long now) {
    if (pendingRanges.isEmpty()) {
      heard = now;
    }
    wasAsked = true;
    pendingRanges.addLast(pendingRange);
    outstandingBytes += pendingRange.to - pendingRange.from;
  }

  void noteActivity(long now) {
    heard = now;
    silences = 0;
  }

  /** Counts a valid chunk; enough of them make up for a corrupt one. */
  void noteValidChunk() {
    if (++right >= FORGIVING) {
      right = 0;
      corrupted = Math.max(0, corrupted - 1);
    }
  }

  boolean isSilent(long timeoutNanos, long now) {
    return now - heard > timeoutNanos;
  }

  int countSilence(long now) {
    heard = now;
    return ++silences;
  }

  int countCorruptChunk() {
    return ++corrupted;
  }

  void backOff(long until) {
    backoffUntil = until;
  }

  void advance(PendingRange pendingRange, long to) {
    outstandingBytes -= to - pendingRange.next;
    pendingRange.next = to;
  }

  /** Returns the unanswered range that covers these bytes, or null. */
  @Nullable
  PendingRange findRange(long from, long to) {
    for (var pendingRange : pendingRanges) {
      if (pendingRange.from <= from && to <= pendingRange.to) {
        return pendingRange;
      }
    }
    return null;
  }

  /** Removes the oldest range; the time of the next one begins. */
  PendingRange dropOldest(long now) {
    PendingRange oldest = pendingRanges.removeFirst();
    outstandingBytes -= oldest.to - oldest.next;
    var next = pendingRanges.peekFirst();
    if (next != null) {
      next.touched = now;
    }
    return oldest;
  }
}
