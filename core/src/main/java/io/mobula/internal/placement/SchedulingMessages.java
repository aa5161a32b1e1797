package io.mobula.internal.placement;

import io.mobula.error.UnschedulableException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy.PlacementRequest;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Messages that explain why work waits or can never run. */
final class SchedulingMessages {
  private static final int MAX_NAMED = 5;

  private SchedulingMessages() {}

  static String never(
      PlacementRequest placementRequest, List<NodeView> accepting, List<NodeView> allowed) {
    if (accepting.isEmpty()) {
      return "there is no node that takes work";
    }
    return allowed.isEmpty()
        ? notAllowed(placementRequest.placement(), accepting)
        : tooLarge(placementRequest, allowed);
  }

  private static String notAllowed(Placement placement, List<NodeView> accepting) {
    return switch (placement) {
      case Placement.OnNode(var id) ->
        "node " + id + " is not in the cluster, or takes no more work; there are "
            + named(accepting);
      case Placement.Labels(var selector) ->
        "no node's labels match \"" + selector + "\"; there are "
            + accepting.stream()
                .limit(MAX_NAMED)
                .map(node -> node + " with " + node.labels())
                .collect(Collectors.joining(", "));
      // groups are not placed by a policy
      case Placement.Group group -> "there is no node that takes work";
      case Placement.Anywhere any -> "there is no node that takes work";
      case Placement.Spread spread -> "there is no node that takes work";
      case Placement.NearObject nearObject -> "there is no node that takes work";
      case Placement.PreferredNode preferredNode -> "there is no node that takes work";
      case Placement.PreferredLabels labels -> "there is no node that takes work";
    };
  }

  private static String tooLarge(PlacementRequest placementRequest, List<NodeView> allowed) {
    var largest = allowed.stream()
        .min(Comparator.comparingInt(
                (NodeView node) -> lacking(node.total(), placementRequest.wanted()))
            .thenComparingDouble(node -> -share(node.total(), placementRequest.wanted())))
        .orElseThrow();
    return "no node has " + placementRequest.wanted() + "; the one that comes nearest is " + largest
        + " with " + largest.total() + DeviceRequirement.describeModels(largest.devices());
  }

  static String busy(PlacementRequest placementRequest, List<NodeView> able) {
    var nearest = able.stream()
        .min(Comparator.comparingInt(
                (NodeView node) -> lacking(node.available(), placementRequest.wanted()))
            .thenComparingDouble(node -> -share(node.available(), placementRequest.wanted())))
        .orElseThrow();
    return "none of the " + able.size() + " nodes that could hold " + placementRequest.wanted()
        + " has as much free; the one that comes nearest is " + nearest + " with "
        + nearest.available() + " free of " + nearest.total() + " and " + nearest.queued()
        + " waiting";
  }

  /** Throws if no bundle of the group can ever hold the request. */
  static void requireBundle(Placement.Group placed, Resources wanted, Supplier<String> what) {
    var group = placed.group();
    var asked = placed.bundle() == Placement.Group.ANY
        ? group.bundles()
        : List.of(group.bundles().get(placed.bundle()));
    if (asked.stream().noneMatch(bundle -> BundleCapacity.covers(bundle, wanted))) {
      var nearest = asked.stream()
          .min(
              Comparator.comparingInt((Resources bundle) -> BundleCapacity.lacking(bundle, wanted)))
          .orElseThrow();
      throw new UnschedulableException(what.get() + " asks for " + wanted + ", but "
          + (asked.size() == 1
              ? "the bundle of " + group + " that it is to run in has " + nearest
              : "no bundle of " + group + " has as much; the one that comes nearest has " + nearest)
          + ". Ask for less, or make a group with larger bundles.");
    }
  }

  private static String named(List<NodeView> nodes) {
    return nodes.stream().limit(MAX_NAMED).map(NodeView::toString).collect(Collectors.joining(", "))
        + (nodes.size() > MAX_NAMED ? ", and " + (nodes.size() - MAX_NAMED) + " more" : "");
  }

  /** Returns how many resources are too small. */
  private static int lacking(Resources had, Resources wanted) {
    return (int) wanted.asUnits().entrySet().stream()
        .filter(each -> had.units(each.getKey()) < each.getValue())
        .count();
  }

  /** Returns the available fraction of the scarcest wanted resource. */
  private static double share(Resources had, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .mapToDouble(each -> (double) had.units(each.getKey()) / each.getValue())
        .min()
        .orElse(1);
  }
}
