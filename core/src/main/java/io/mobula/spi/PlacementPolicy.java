package io.mobula.spi;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Decides on which node a lease is asked for. Pure: the answer follows from the arguments alone;
 * called from any thread, also for each waiting request whenever the view has changed, so it must
 * be quick.
 */
@FunctionalInterface
public interface PlacementPolicy {

  /**
   * Where that wish goes.
   *
   * @param random for choices among equals; seeded in tests
   * @throws io.mobula.error.InvalidRequestException when the placement is malformed
   */
  Choice choose(PlacementRequest placementRequest, ClusterView view, RandomGenerator random);

  /**
   * What somebody wants to run.
   *
   * @param wanted the resources it needs
   * @param placement where it should be; for {@link Placement.NearObject}, {@code argumentBytes}
   *     says where that ref's value is
   * @param local the node of whoever asks
   * @param argumentBytes how many bytes of its arguments are on each node
   * @param spreadIndex for {@link Placement.Spread}: the number of this request among those that
   *     its process wants spread, from 0. A request keeps its turn however often it is looked at
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

    /** A request that is the first, or that is not spread. */
    public PlacementRequest(
        Resources wanted, Placement placement, NodeId local, Map<NodeId, Long> argumentBytes) {
      this(wanted, placement, local, argumentBytes, 0);
    }
  }

  /** The answer. */
  sealed interface Choice {
    /** On that node, which can most likely grant it now. */
    record LeaseAt(NodeId node) implements Choice {}

    /**
     * Every node that could hold it is busy.
     *
     * @param where the one to queue at
     * @param why for people
     */
    record QueueAt(NodeId where, String why) implements Choice {}

    /**
     * No node that is here now can ever hold it.
     *
     * @param why for people: what was wanted, what the largest node has
     */
    record Infeasible(String why) implements Choice {}
  }
}
