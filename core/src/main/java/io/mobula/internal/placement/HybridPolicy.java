package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The default policy, as Ray's hybrid one: where most argument bytes are if that fits; else the own
 * node while that is below half full; else nodes below half full, the fullest of them first, so
 * that others stay empty; else the least full; at random among the best few, so that several who
 * ask at the same moment do not all choose the same. Work that wants no GPU keeps off nodes that
 * have some while it can. Pure.
 */
public final class HybridPolicy implements PlacementPolicy {
  private static final double HALF = 0.5;
  private static final double BEST_FEW = 0.2;

  /** Has no state. */
  public HybridPolicy() {}

  @Override
  public Choice choose(Wish wish, ClusterView view, RandomGenerator random) {
    var accepting = view.nodes().stream().filter(NodeView::accepting).toList();
    var allowed = allowed(wish.placement(), accepting);
    var able = allowed.stream().filter(node -> node.canEverHold(wish.wanted())).toList();
    if (able.isEmpty()) {
      return new Choice.Never(Reasons.never(wish, accepting, allowed));
    }
    var target = target(wish, able);
    if (target.isPresent() && wish.placement() instanceof Placement.Near) {
      able = List.of(target.get()); // its value is there, so it waits there
    }
    var free = able.stream().filter(node -> node.canHoldNow(wish.wanted())).toList();
    if (free.isEmpty()) {
      var shortest = shortestQueue(able, wish.local(), random);
      return new Choice.Wait(shortest.id(), Reasons.busy(wish, able));
    }
    var chosen = target.filter(free::contains).orElseGet(() -> spreadOrPack(wish, free, random));
    return new Choice.On(chosen.id());
  }

  private static List<NodeView> allowed(Placement placement, List<NodeView> nodes) {
    return switch (placement) {
      case Placement.Anywhere anywhere -> nodes;
      case Placement.Spread spread -> nodes;
      case Placement.Near near -> nodes;
      case Placement.Preferring preferring -> nodes;
      case Placement.OnNode(var id) ->
        nodes.stream().filter(node -> node.id().equals(id)).toList();
      case Placement.Labels(var selector) -> {
        var wanted = LabelSelector.parse(selector);
        yield nodes.stream().filter(node -> wanted.matches(node.labels())).toList();
      }
      case Placement.Group group -> List.of();
    };
  }

  /** Where it should be if there is room. */
  private static Optional<NodeView> target(Wish wish, List<NodeView> able) {
    return switch (wish.placement()) {
      case Placement.Preferring(var id) ->
        able.stream().filter(node -> node.id().equals(id)).findFirst();
      case Placement.Spread spread -> Optional.empty();
      case Placement.Anywhere anywhere -> mostBytes(wish, able);
      case Placement.Near near -> mostBytes(wish, able);
      case Placement.OnNode on -> mostBytes(wish, able);
      case Placement.Labels labels -> mostBytes(wish, able);
      case Placement.Group group -> Optional.empty();
    };
  }

  private static Optional<NodeView> mostBytes(Wish wish, List<NodeView> able) {
    return able.stream()
        .filter(node -> bytes(wish, node) > 0)
        .max(Comparator.comparingLong((NodeView node) -> bytes(wish, node))
            .thenComparing(node -> node.id().equals(wish.local())));
  }

  private static long bytes(Wish wish, NodeView node) {
    return wish.argumentBytes().getOrDefault(node.id(), 0L);
  }

  private static NodeView spreadOrPack(Wish wish, List<NodeView> free, RandomGenerator random) {
    if (wish.placement() instanceof Placement.Spread) {
      double least =
          free.stream().mapToDouble(node -> fullness(node, wish.wanted())).min().orElseThrow();
      return any(
          free.stream().filter(node -> fullness(node, wish.wanted()) <= least).toList(), random);
    }
    return free.stream()
        .filter(node -> node.id().equals(wish.local()) && fullness(node, wish.wanted()) < HALF)
        .findFirst()
        .orElseGet(() -> amongTheBest(wish, free, random));
  }

  private static NodeView amongTheBest(Wish wish, List<NodeView> free, RandomGenerator random) {
    boolean wantsGpu = wish.wanted().units(Resources.GPU) > 0;
    var best = free.stream()
        .sorted(Comparator.comparing(
                (NodeView node) -> !wantsGpu && node.total().units(Resources.GPU) > 0)
            .thenComparingDouble(node -> packed(node, wish.wanted()))
            .thenComparingLong(node -> node.id().incarnation()))
        .toList();
    return any(best.subList(0, Math.max(1, (int) (best.size() * BEST_FEW))), random);
  }

  /** The lower, the better: below half full the fullest, above it the emptiest. */
  private static double packed(NodeView node, Resources wanted) {
    double fullness = fullness(node, wanted);
    return fullness < HALF ? -fullness : fullness;
  }

  /** How much of the scarcest of its CPUs, memory, store and what is wanted is in use. */
  private static double fullness(NodeView node, Resources wanted) {
    double most =
        Math.max(node.store(), Math.max(used(node, Resources.CPU), used(node, Resources.MEMORY)));
    for (var name : wanted.asUnits().keySet()) {
      most = Math.max(most, used(node, name));
    }
    return most;
  }

  private static double used(NodeView node, String name) {
    long total = node.total().units(name);
    return total == 0 ? 0 : 1 - (double) node.available().units(name) / total;
  }

  private static NodeView shortestQueue(List<NodeView> able, NodeId local, RandomGenerator random) {
    int shortest = able.stream().mapToInt(NodeView::queued).min().orElseThrow();
    var among = able.stream().filter(node -> node.queued() == shortest).toList();
    return among.stream()
        .filter(node -> node.id().equals(local))
        .findFirst()
        .orElseGet(() -> any(among, random));
  }

  private static NodeView any(List<NodeView> nodes, RandomGenerator random) {
    return nodes.get(random.nextInt(nodes.size()));
  }
}
