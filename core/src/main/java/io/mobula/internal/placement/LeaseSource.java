package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.error.MobulaException;
import io.mobula.internal.wait.WaitPoint;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where work gets its leases: the node's own ledger, or any in the cluster. Safe for all threads.
 */
public interface LeaseSource {

  /**
   * Refuses what can never run.
   *
   * @param what names who asks, such as {@code Task Quick.square}
   */
  void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what);

  /** Wants a lease; {@code wanting} hears of it. */
  void acquire(ClusterLeaseRequester requester);

  /** Somebody wants no more of what he asked for with that placement: others may be granted it. */
  void rescanQueue(Placement placement);

  /** Whoever asked for a lease wants it no more: the request ends wherever it waits. */
  default void withdraw(ClusterLeaseRequester requester) {
    rescanQueue(requester.placement());
  }

  /** Why nothing can be placed there any more, given what it is for; null while something can. */
  default @Nullable Function<String, MobulaException> refusalFor(Placement placement) {
    return null;
  }

  /** Why a request has not been granted, as far as is known here; empty where that is not known. */
  String waitReason(ClusterLeaseRequester requester);

  /** The request that is open for it, or null. */
  @Nullable
  WaitPoint pendingRequest(ClusterLeaseRequester requester);

  /** Gives a lease of another node back. */
  void release(NodeId node, long lease);
}
