package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Policy that decides from which node a lease is requested. A pure function of its arguments.
 * Called from any thread, also for each waiting request whenever the cluster view has changed, so
 * it must be fast.
 */
@FunctionalInterface
public interface PlacementPolicy {

  /**
   * Chooses a node for a request.
   *
   * @param random for choices among equals; seeded in tests
   * @throws io.mobula.error.InvalidRequestException when the placement is malformed
   */
  Choice choose(PlacementRequest placementRequest, ClusterView view, RandomGenerator random);

  /**
   * Request for a placement.
   *
   * @param wanted resources the work needs
   * @param placement rule for the node; for {@link Placement.NearObject}, {@code argumentBytes}
   *     says where that ref's value is
   * @param local the node that makes the request
   * @param argumentBytes bytes of the work's arguments on each node
   * @param spreadIndex for {@link Placement.Spread}: number of this request among the spread
   *     requests of its process, from 0. A request keeps its number when it is placed again
   */
  record PlacementRequest(
      Resources wanted,
      Placement placement,
      NodeId local,
      Map<NodeId, Long> argumentBytes,
      long spreadIndex) {
    /** Copies the map and refuses nulls. */
    public PlacementRequest {
      Objects.requireNonNull(wanted, "wanted");
      Objects.requireNonNull(placement, "placement");
      Objects.requireNonNull(local, "local");
      argumentBytes = Map.copyOf(argumentBytes);
    }

    /** Creates a request that is the first spread request, or that is not spread. */
    public PlacementRequest(
        Resources wanted, Placement placement, NodeId local, Map<NodeId, Long> argumentBytes) {
      this(wanted, placement, local, argumentBytes, 0);
    }
  }

  /** Decision of the policy for one request. */
  sealed interface Choice {
    /** Decision to request the lease from that node, which can most likely grant it now. */
    record LeaseAt(NodeId node) implements Choice {}

    /**
     * Decision to wait, as every node that could hold the work is busy.
     *
     * @param where node to queue at
     * @param why text for people
     */
    record QueueAt(NodeId where, String why) implements Choice {}

    /**
     * Decision that no present node can ever hold the work.
     *
     * @param why text for people: the requested resources and those of the largest node
     */
    record Infeasible(String why) implements Choice {}
  }
}
