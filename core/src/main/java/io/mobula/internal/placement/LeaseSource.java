package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Source of leases for work: the node's own ledger, or any in the cluster. Thread-safe. */
public interface LeaseSource {

  /**
   * Throws if the work can never run.
   *
   * @param what names the requester, such as {@code Task Quick.square}
   */
  void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what);

  /** Requests a lease; the requester is called back. */
  void acquire(ClusterLeaseRequester requester);

  /**
   * Scans the queue of that placement again, as a request was withdrawn and others may be granted.
   */
  void rescanQueue(Placement placement);

  /** Withdraws a request wherever it waits. */
  default void withdraw(ClusterLeaseRequester requester) {
    rescanQueue(requester.placement());
  }

  /**
   * Returns the error for work with that placement if nothing can be placed there any more; null
   * while something can.
   */
  default @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return null;
  }

  /** Returns why a request has not been granted; empty if that is not known here. */
  String waitReason(ClusterLeaseRequester requester);

  /** Returns the requester's open request, or null. */
  @Nullable
  WaitPoint pendingRequest(ClusterLeaseRequester requester);

  /** Releases a lease of another node. */
  void release(NodeId node, long lease);
}
