package io.mobula.internal.ledger;

import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;

/**
 * Requester of leases of one kind: the task queue of a scheduling class, or an actor to be created.
 * It has at most one outstanding request. {@link #granted}, {@link #stillWants} and
 * {@link #recalled} run on the ledger's thread and must not block.
 */
public interface LeaseRequester {

  /** Returns the resources that each lease shall hold. */
  Resources wanted();

  /** Returns the job that the work belongs to: jobs compete by what their work holds. */
  Job job();

  /** Returns a description of the requester for reports. */
  String description();

  /**
   * Returns whether the outstanding request is still wanted; if not, the ledger forgets it. Called
   * on the ledger's thread.
   */
  boolean stillWants();

  /**
   * Returns whether the leases are kept until the holder ends, even if other requesters wait, as an
   * actor's are.
   */
  default boolean holdsForLifetime() {
    return false;
  }

  /**
   * Returns the recall group: leases of the same group are not recalled for each other, since they
   * work on the same queue.
   */
  default Object recallGroup() {
    return this;
  }

  /**
   * Notes that the request could not be granted immediately and is queued. Called once, on the
   * ledger's thread.
   */
  default void queued() {}

  /**
   * Notes that the ledger has closed and the outstanding request has ended. Called once; the
   * requester may ask elsewhere.
   */
  default void ledgerClosed() {}

  /**
   * Takes the lease that the outstanding request was granted. The lease must be released
   * eventually.
   */
  void granted(Lease lease);

  /**
   * Notes that other requesters wait for resources of this lease. A task slot should release it
   * soon, an actor need not.
   */
  void recalled(Lease lease);

  /**
   * Notes that accelerators of this lease have become unhealthy or healthy. Called on the ledger's
   * thread.
   */
  default void devicesChanged(Lease lease) {}
}
