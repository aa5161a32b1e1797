package io.mobula.internal.group;

import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.NodeView;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Messages that explain why bundles have no node. */
final class BundleShortageMessages {
  private final BundlePlanner.PlanRequest request;
  private final List<NodeView> nodes;

  BundleShortageMessages(BundlePlanner.PlanRequest request, List<NodeView> nodes) {
    this.request = request;
    this.nodes = nodes;
  }

  /** Returns what no node has, even if nothing else ran. */
  String never() {
    return nodes.isEmpty() ? "there is no node that takes work" : words(NodeView::total, "", "has");
  }

  /** Returns what no node has free. */
  String now() {
    return words(NodeView::available, " free", "has now");
  }

  private String words(Function<NodeView, Resources> had, String free, String has) {
    var open = request.open();
    var sum =
        open.stream().map(request.bundles()::get).reduce(Resources.none(), BundlePlanner::sum);
    var alone = alone(had);
    return switch (request.strategy()) {
      case STRICT_PACK ->
        "no node " + has + " " + sum + free + " for " + named(open)
            + ", which STRICT_PACK wants on one node" + home() + nearest(sum, had, free);
      case STRICT_SPREAD ->
        alone != null
            ? lacking(alone, had, free, has)
            : "STRICT_SPREAD wants " + request.bundles().size() + " nodes, of which there are "
                + nodes.size() + " that take work, and not enough of them have room" + free
                + " for one bundle each of " + named(open);
      case PACK, SPREAD ->
        alone != null
            ? lacking(alone, had, free, has)
            : "the nodes have no room" + free + " for " + named(open) + " at once, which want "
                + sum + " together" + nearest(sum, had, free);
    };
  }

  private String lacking(int bundle, Function<NodeView, Resources> had, String free, String has) {
    var wanted = request.bundles().get(bundle);
    return "no node " + has + " " + wanted + free + " for bundle " + bundle
        + nearest(wanted, had, free);
  }

  private String home() {
    return request.placed().values().stream()
        .findFirst()
        .map(node -> ", that of the others, node " + node)
        .orElse("");
  }

  private @Nullable Integer alone(Function<NodeView, Resources> had) {
    return request.open().stream()
        .filter(bundle -> nodes.stream()
            .noneMatch(node -> lacking(node, had, request.bundles().get(bundle)) == 0))
        .findFirst()
        .orElse(null);
  }

  private String nearest(Resources wanted, Function<NodeView, Resources> had, String free) {
    return nodes.stream()
        .min(Comparator.comparingInt((NodeView node) -> lacking(node, had, wanted))
            .thenComparingDouble(node -> -share(had.apply(node), wanted)))
        .map(node -> "; the one that comes nearest is " + node + " with " + had.apply(node) + free
            + (free.isEmpty() ? "" : " of " + node.total())
            + DeviceRequirement.describeModels(node.devices()))
        .orElse("");
  }

  private static String named(List<Integer> bundles) {
    return bundles.size() == 1 ? "bundle " + bundles.getFirst() : "bundles " + bundles;
  }

  /** Returns how many resources are too small; accelerators count as one. */
  private static int lacking(NodeView node, Function<NodeView, Resources> had, Resources wanted) {
    var amounts = had.apply(node);
    boolean idle = amounts.equals(node.total());
    var need = DeviceRequirement.of(wanted);
    boolean devices = idle ? need.canEverFit(node.devices()) : need.fits(node.devices());
    return (devices ? 0 : 1)
        + (int) wanted.asUnits().entrySet().stream()
            .filter(each -> !DeviceRequirement.isDeviceResource(each.getKey())
                && amounts.units(each.getKey()) < each.getValue())
            .count();
  }

  /** Returns the available fraction of the scarcest wanted resource. */
  private static double share(Resources had, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .filter(each -> !DeviceRequirement.isDeviceResource(each.getKey()))
        .mapToDouble(each -> (double) had.units(each.getKey()) / each.getValue())
        .min()
        .orElse(1);
  }
}
