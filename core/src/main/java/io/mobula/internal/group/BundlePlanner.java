package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Planner that chooses a node for each bundle of a group. A pure function. The view may be stale:
 * the ledgers decide.
 */
final class BundlePlanner {
  private BundlePlanner() {}

  /**
   * Request for a plan.
   *
   * @param bundles the resources of every bundle
   * @param placed the nodes of the bundles that have one already
   */
  record PlanRequest(
      PlacementStrategy strategy, List<Resources> bundles, Map<Integer, NodeId> placed) {
    PlanRequest {
      bundles = List.copyOf(bundles);
      placed = Map.copyOf(placed);
    }

    /** Returns the bundles that have no node yet. */
    List<Integer> open() {
      return IntStream.range(0, bundles.size())
          .filter(bundle -> !placed.containsKey(bundle))
          .boxed()
          .toList();
    }

    /** Returns the sum of the bundles that are placed on that node. */
    Resources placedAt(NodeId node) {
      var held = Resources.none();
      for (var each : placed.entrySet()) {
        held = each.getValue().equals(node) ? sum(held, bundles.get(each.getKey())) : held;
      }
      return held;
    }
  }

  /** Plan for the bundles that have no node. */
  sealed interface Plan {
    /** Plan with a node for each bundle that had none. */
    record Place(Map<Integer, NodeId> nodes) implements Plan {
      public Place {
        nodes = Map.copyOf(nodes);
      }
    }

    /**
     * Advice to wait: the group would fit if nothing else ran, or once the workers that are being
     * started are up.
     */
    record Wait(String why) implements Plan {}

    /** Verdict that the present nodes could not hold the group even if nothing else ran. */
    record Never(String why) implements Plan {}
  }

  /** Plans the bundles that have no node. */
  static Plan plan(PlanRequest request, PlacementCapacity room) {
    var nodes = room.nodes().stream().filter(NodeView::acceptsWork).toList();
    var now = new BundleSearch(
            request,
            nodes,
            nodes.stream().map(NodeView::available).toList(),
            nodes.stream().map(NodeView::devices).toList())
        .find();
    if (now != null) {
      return new Plan.Place(now);
    }
    var words = new BundleShortageMessages(request, nodes);
    if (whenIdle(request, nodes) != null) {
      return new Plan.Wait(words.now());
    }
    var starting = room.starting();
    var all = Stream.concat(nodes.stream(), starting.stream()).toList();
    return starting.isEmpty() || whenIdle(request, all) == null
        ? new Plan.Never(words.never())
        : new Plan.Wait(words.never() + "; " + starting.size()
            + (starting.size() == 1 ? " worker is" : " workers are") + " being started");
  }

  private static @Nullable Map<Integer, NodeId> whenIdle(
      PlanRequest request, List<NodeView> nodes) {
    return new BundleSearch(
            request,
            nodes,
            nodes.stream()
                .map(node -> difference(node.total(), request.placedAt(node.id())))
                .toList(),
            nodes.stream()
                .map(node -> node.devices().stream().map(BundlePlanner::unused).toList())
                .toList())
        .find();
  }

  private static DeviceView unused(DeviceView device) {
    return new DeviceView(
        device.index(),
        device.uuid(),
        device.model(),
        device.memoryBytes(),
        device.total(),
        0,
        device.unhealthyReason());
  }

  static Resources sum(Resources one, Resources other) {
    var result = one;
    for (var each : other.asUnits().entrySet()) {
      result = result.withUnits(each.getKey(), one.units(each.getKey()) + each.getValue());
    }
    return result;
  }

  static Resources difference(Resources from, Resources less) {
    var result = from;
    for (var each : less.asUnits().entrySet()) {
      result =
          result.withUnits(each.getKey(), Math.max(0, from.units(each.getKey()) - each.getValue()));
    }
    return result;
  }
}
