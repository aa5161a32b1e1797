package io.mobula.internal.store;

import java.util.ArrayList;
import java.util.List;

/**
 * The order in which those who wait for room try to take it. Whoever wants as much as one that came
 * before, or more, comes after that one: it would find no room either, or take what the other waits
 * for. Whoever wants less may pass.
 *
 * <p>So that many small requests do not keep a large one waiting for ever, one that has waited for
 * a quarter of the full timeout goes before all that came later, but for those that want less than
 * an eighth of the store. This ends when it has waited for half of the full timeout, since one that
 * came later may be what frees the room.
 *
 * <p>Ray's queue of requests to create objects is served strictly in order, and spills or falls
 * back to a disk where that does not go on.
 *
 * <p>Pure, and not safe for threads: its owner has a lock.
 */
final class AllocationQueue {
  private static final int SMALL_PART = 8;

  private final long smallBytes;
  private final long precedenceFrom;
  private final long precedenceUntil;
  private final List<QueuedAllocation> queueds = new ArrayList<>(); // the oldest first

  /** A request that waits for room. */
  static final class QueuedAllocation {
    private final long bytes;
    private final long since;

    private QueuedAllocation(long bytes, long since) {
      this.bytes = bytes;
      this.since = since;
    }
  }

  /** Nobody waits yet. */
  AllocationQueue(long capacityBytes, long fullTimeoutNanos) {
    this.smallBytes = capacityBytes / SMALL_PART;
    this.precedenceFrom = fullTimeoutNanos / 4;
    this.precedenceUntil = fullTimeoutNanos / 2;
  }

  QueuedAllocation enter(long bytes, long now) {
    var queued = new QueuedAllocation(bytes, now);
    queueds.add(queued);
    return queued;
  }

  void leave(QueuedAllocation queued) {
    queueds.remove(queued);
  }

  /** Whether it may take room now. */
  @SuppressWarnings("ReferenceEquality") // a place is known by identity
  boolean mayTry(QueuedAllocation queued, long now) {
    for (var older : queueds) {
      if (older == queued) {
        return true;
      }
      if (older.bytes <= queued.bytes || (queued.bytes >= smallBytes && precedes(older, now))) {
        return false;
      }
    }
    throw new IllegalArgumentException("It does not wait.");
  }

  private boolean precedes(QueuedAllocation older, long now) {
    long waited = now - older.since;
    return waited >= precedenceFrom && waited < precedenceUntil;
  }
}
