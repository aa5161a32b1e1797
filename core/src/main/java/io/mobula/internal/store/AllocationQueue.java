package io.mobula.internal.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Queue of the allocations that wait for memory, which decides who may try next. A request for at
 * least as many bytes as an earlier one comes after it: it would find no memory either, or take
 * what the earlier one waits for. A smaller request may overtake.
 *
 * <p>So that many small requests do not starve a large one, a request that has waited for a quarter
 * of the full timeout precedes all later ones, except those for less than an eighth of the store.
 * Its precedence ends when it has waited for half of the full timeout, since a later request may
 * belong to the caller that would free the memory.
 *
 * <p>Ray serves its queue of create requests strictly in order, and spills or falls back to a disk
 * when the head makes no progress.
 *
 * <p>Pure logic, not safe for threads: the owner locks.
 */
final class AllocationQueue {
  private static final int SMALL_PART = 8;

  private final long smallBytes;
  private final long precedenceFrom;
  private final long precedenceUntil;
  private final List<QueuedAllocation> queueds = new ArrayList<>(); // the oldest first

  /** Request that waits for memory. */
  static final class QueuedAllocation {
    private final long bytes;
    private final long since;

    private QueuedAllocation(long bytes, long since) {
      this.bytes = bytes;
      this.since = since;
    }
  }

  /** Creates an empty queue. */
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

  /** Returns whether this request may allocate now. */
  @SuppressWarnings("ReferenceEquality") // requests are known by identity
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
