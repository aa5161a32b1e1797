package io.mobula.internal.actor;

import io.mobula.error.PendingCallsExceededException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Count of an actor's unanswered calls, with the limit that {@code maxPendingCalls} sets: of all
 * calls at the host, and of one process's calls at its client. Safe for all threads.
 */
final class PendingCallLimit {
  private final ActorDescriptor descriptor;
  private final AtomicInteger pending = new AtomicInteger();

  PendingCallLimit(ActorDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Counts a call that is about to be submitted.
   *
   * @throws PendingCallsExceededException when too many calls are unanswered
   */
  void admit() {
    if (pending.incrementAndGet() > descriptor.maxPendingCalls()) {
      pending.decrementAndGet();
      throw exceeded();
    }
  }

  /** Counts a call that was admitted elsewhere, whatever the limit is. */
  void add() {
    pending.incrementAndGet();
  }

  /** Uncounts a call that has its outcome, was passed on, or is not submitted after all. */
  void remove() {
    pending.decrementAndGet();
  }

  /** Returns the number of counted calls. */
  int pending() {
    return pending.get();
  }

  boolean isReached() {
    return pending.get() >= descriptor.maxPendingCalls();
  }

  /** Returns the exception for a call above the limit. */
  PendingCallsExceededException exceeded() {
    return new PendingCallsExceededException(
        descriptor.describe() + " has " + descriptor.maxPendingCalls()
            + " unanswered calls, as many as its maxPendingCalls allows. Wait for results before calling again.");
  }
}
