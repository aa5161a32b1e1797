package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.internal.execution.Job;

/**
 * Somebody who wants leases of one kind: a queue of tasks of one scheduling class, or an actor to
 * be. Has at most one request outstanding at a time. {@link #granted}, {@link #stillWants} and
 * {@link #recalled} run on the ledger's thread and must not block.
 */
public interface LeaseRequester {

  /** What each lease shall hold. */
  Resources wanted();

  /** Whose work it is: programs take turns by what their work holds. */
  Job job();

  /** Names who asks, for reports. */
  String description();

  /**
   * Whether the outstanding request still stands; once it does not the ledger forgets it. Asked on
   * the ledger's thread.
   */
  boolean stillWants();

  /** Whether its leases are kept whatever others want, as an actor's are. */
  default boolean holdsForLifetime() {
    return false;
  }

  /**
   * Whose requests these are: leases held by the same one are not recalled for each other, as they
   * work on the same.
   */
  default Object recallGroup() {
    return this;
  }

  /** The request cannot be granted at once and is queued; called once, on the ledger's thread. */
  default void queued() {}

  /** The ledger has closed, and the outstanding request with it. Once; it may ask elsewhere. */
  default void ledgerClosed() {}

  /** The outstanding request is granted; the lease must be released some time. */
  void granted(Lease lease);

  /**
   * Others wait for what this lease of yours holds. A slot should let go soon, an actor need not.
   */
  void recalled(Lease lease);

  /**
   * Accelerators of this lease of yours have fallen ill, or are healthy again; on the ledger's
   * thread.
   */
  default void devicesChanged(Lease lease) {}
}
