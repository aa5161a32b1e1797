package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.NodeMessaging;
import java.util.function.ToIntFunction;

/**
 * Parts of a node that all its searches for leases use.
 *
 * @param queues how many requests wait at a node, see {@link ClusterLeaseSource.PlacementRules}
 */
record LeaseSearchDependencies(
    OwnLedgers ledgers,
    NodeMessaging messaging,
    NodeChooser chooser,
    ToIntFunction<NodeId> queues,
    UnschedulableTimeout.TimeoutSettings timeoutSettings) {

  Membership membership() {
    return messaging.membership();
  }

  NodeId self() {
    return membership().self().id();
  }
}
