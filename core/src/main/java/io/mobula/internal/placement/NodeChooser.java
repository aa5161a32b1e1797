package io.mobula.internal.placement;

/** Chooser of a node for each request for a lease. Thread-safe; must not block. */
@FunctionalInterface
public interface NodeChooser {
  /**
   * Chooses a node for the request by the present view of the cluster.
   *
   * @param turn see {@link io.mobula.spi.PlacementPolicy.PlacementRequest}
   */
  PlacementDecision choose(ClusterLeaseRequester requester, long turn);
}
