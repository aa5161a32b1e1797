package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.PlacementPolicy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooser of nodes that asks a placement policy, or the bundles of the request's placement group.
 * Thread-safe; nothing blocks.
 */
public final class PolicyNodeChooser implements NodeChooser {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyNodeChooser.class);

  private final NodeId self;
  private final PlacementPolicy policy;
  private final ClusterResourceView views;
  private final GroupBundles bundles;

  /** Creates the chooser of that node. */
  public PolicyNodeChooser(
      NodeId self, PlacementPolicy policy, ClusterResourceView views, GroupBundles bundles) {
    this.self = self;
    this.policy = policy;
    this.views = views;
    this.bundles = bundles;
  }

  @Override
  public PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
    return requester.placement() instanceof Placement.Group group
        ? bundles.choose(group, requester.wanted())
        : choose(requester.wanted(), requester.placement(), requester.argumentBytes(), turn);
  }

  private PlacementDecision choose(
      Resources wanted, Placement placement, Map<NodeId, Long> argumentBytes, long turn) {
    var request =
        new PlacementPolicy.PlacementRequest(wanted, placement, self, argumentBytes, turn);
    var random = ThreadLocalRandom.current();
    var up = views.now();
    var choice = policy.choose(request, up, random);
    return switch (Objects.requireNonNull(choice, "the placement policy has given null")) {
      case PlacementPolicy.Choice.LeaseAt(var node) -> new PlacementDecision.AtNode(node);
      case PlacementPolicy.Choice.QueueAt(var where, var why) ->
        new PlacementDecision.Later(where, why);
      case PlacementPolicy.Choice.Infeasible(var why) ->
        views.absent().choose(policy, request, up, random, why);
    };
  }

  /**
   * Returns another node that seems to have these resources free, or null. What the policy throws
   * is logged: the request then waits here.
   */
  public @Nullable NodeId findRedirect(Resources wanted) {
    try {
      return choose(wanted, Placement.anywhere(), Map.of(), 0)
                  instanceof PlacementDecision.AtNode(var node)
              && !node.equals(self)
          ? node
          : null;
    } catch (Throwable thrown) {
      LOG.warn(
          "The placement policy has thrown; {} is asked for here",
          wanted,
          CapturedThrowable.of(thrown).exception());
      return null;
    }
  }
}
