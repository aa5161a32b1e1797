package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.group.BundlePlanner.Plan;
import io.mobula.internal.group.BundlePlanner.PlanRequest;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of what each strategy promises, with groups and nodes drawn from a seed. */
class BundlePlannerTest {
  private static final int ROUNDS = 400;

  private static Resources cpus(double amount) {
    return Resources.none().cpus(amount);
  }

  private static NodeView node(int id, Resources total, Resources available) {
    return new NodeView(new NodeId(id), "n" + id, Map.of(), total, available, 0, 0, true);
  }

  private static Plan plan(PlacementStrategy strategy, List<Resources> bundles, NodeView... view) {
    return BundlePlanner.plan(
        new PlanRequest(strategy, bundles, Map.of()), PlacementCapacity.of(List.of(view)));
  }

  private static Resources draw(Random random, int max) {
    var result = cpus(random.nextInt(1, max + 1));
    return random.nextInt(4) == 0 ? result.gpus(random.nextInt(1, 3)) : result;
  }

  /** Tries every placement of the bundles and returns the best measure found. */
  private static int fewest(List<Resources> bundles, List<NodeView> nodes, boolean even) {
    return fewest(bundles, nodes, even, new int[bundles.size()], 0);
  }

  private static int fewest(
      List<Resources> bundles, List<NodeView> nodes, boolean even, int[] at, int bundle) {
    if (bundle == bundles.size()) {
      var counts = new HashMap<Integer, Integer>();
      for (int node : at) {
        counts.merge(node, 1, Integer::sum);
      }
      return even ? Collections.max(counts.values()) : counts.size();
    }
    int best = Integer.MAX_VALUE;
    for (int node = 0; node < nodes.size(); node++) {
      at[bundle] = node;
      if (fits(bundles, nodes.get(node), at, bundle)) {
        best = Math.min(best, fewest(bundles, nodes, even, at, bundle + 1));
      }
    }
    return best;
  }

  private static boolean fits(List<Resources> bundles, NodeView node, int[] at, int last) {
    var sum = Resources.none();
    for (int i = 0; i <= last; i++) {
      sum = at[i] == at[last] ? BundlePlanner.sum(sum, bundles.get(i)) : sum;
    }
    return node.canHoldNow(sum);
  }

  private static void holds(
      PlacementStrategy strategy, List<Resources> bundles, List<NodeView> view, Plan plan) {
    int best = fewest(bundles, view, strategy == PlacementStrategy.SPREAD);
    if (!(plan instanceof Plan.Place(var places))) {
      boolean possible = switch (strategy) {
        case PACK, SPREAD -> best < Integer.MAX_VALUE;
        case STRICT_PACK -> best == 1;
        case STRICT_SPREAD -> fewest(bundles, view, true) == 1;
      };
      assertThat(possible).as("there would have been room").isFalse();
      return;
    }
    assertThat(places.keySet()).hasSize(bundles.size());
    var counts = places.values().stream()
        .collect(Collectors.groupingBy(node -> node, Collectors.counting()));
    for (var node : view) {
      var sum = places.entrySet().stream()
          .filter(each -> each.getValue().equals(node.id()))
          .map(each -> bundles.get(each.getKey()))
          .reduce(Resources.none(), BundlePlanner::sum);
      assertThat(node.canHoldNow(sum)).as("%s of %s", sum, node.available()).isTrue();
    }
    switch (strategy) {
      case PACK -> assertThat(counts).hasSize(best);
      case SPREAD -> assertThat(Collections.max(counts.values())).isEqualTo(best);
      case STRICT_PACK -> assertThat(counts).hasSize(1);
      case STRICT_SPREAD -> assertThat(counts).hasSize(bundles.size());
    }
  }

  @ParameterizedTest
  @EnumSource(PlacementStrategy.class)
  void keepsWhatTheStrategyPromisesAndFindsRoomWhereThereIsSome(PlacementStrategy strategy) {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      var random = new Random(seed);
      var nodes = new ArrayList<NodeView>();
      for (int i = 1; i <= random.nextInt(1, 5); i++) {
        var total = draw(random, 8);
        nodes.add(node(i, total, random.nextInt(3) == 0 ? total.cpus(0) : total));
      }
      var bundles = new ArrayList<Resources>();
      for (int i = 0; i < random.nextInt(1, 6); i++) {
        bundles.add(draw(random, 4));
      }
      var plan = BundlePlanner.plan(
          new PlanRequest(strategy, bundles, Map.of()), PlacementCapacity.of(nodes));
      try {
        holds(strategy, bundles, nodes, plan);
      } catch (AssertionError wrong) {
        throw new AssertionError(
            "seed " + seed + ", " + strategy + ": " + bundles + " on "
                + nodes.stream().map(NodeView::available).toList() + " gave " + plan,
            wrong);
      }
    }
  }

  @Test
  void largeGroupsArePlacedWithoutLongSearch() {
    var nodes = new ArrayList<NodeView>();
    for (int i = 1; i <= 500; i++) {
      nodes.add(node(i, cpus(i % 7 + 1), cpus(i % 7 + 1)));
    }
    var bundles = Collections.nCopies(300, cpus(2));
    for (var strategy : PlacementStrategy.values()) {
      var plan = BundlePlanner.plan(
          new PlanRequest(strategy, bundles, Map.of()), PlacementCapacity.of(nodes));
      switch (strategy) {
        case STRICT_PACK -> assertThat(plan).isInstanceOf(Plan.Never.class);
        case PACK, SPREAD, STRICT_SPREAD -> {
          var places = ((Plan.Place) plan).nodes();
          assertThat(places).hasSize(300);
          if (strategy != PlacementStrategy.PACK) {
            assertThat(new HashSet<>(places.values())).hasSize(300);
          }
        }
      }
    }
  }

  @Test
  void bundlesThatHaveAPlaceKeepItAndCount() {
    var one = node(1, cpus(4), cpus(2));
    var two = node(2, cpus(4), cpus(4));
    var three = node(3, cpus(4), cpus(4));
    var request = new PlanRequest(
        PlacementStrategy.STRICT_SPREAD,
        List.of(cpus(2), cpus(2), cpus(2)),
        Map.of(0, one.id(), 2, two.id()));
    assertThat(BundlePlanner.plan(request, PlacementCapacity.of(List.of(one, two, three))))
        .isEqualTo(new Plan.Place(Map.of(1, three.id())));
    assertThat(BundlePlanner.plan(request, PlacementCapacity.of(List.of(one, two))))
        .isInstanceOf(Plan.Never.class);
    assertThat(
            BundlePlanner.plan(request, new PlacementCapacity(List.of(one, two), List.of(three))))
        .as("the third is a worker that is being started")
        .isInstanceOf(Plan.Wait.class);
  }

  @Test
  void keepsOffNodesWithAcceleratorsThatItDoesNotWant() {
    var gpus = node(1, cpus(8).gpus(4), cpus(8).gpus(4));
    var plain = node(2, cpus(4), cpus(4));
    assertThat(plan(PlacementStrategy.PACK, List.of(cpus(2)), gpus, plain))
        .isEqualTo(new Plan.Place(Map.of(0, plain.id())));
  }

  @Test
  void acceleratorsAreCountedOneByOne() {
    var total = cpus(8).gpus(2);
    var halves = new NodeView(
        new NodeId(1),
        "halves",
        Map.of(),
        total,
        total.gpus(1),
        0,
        0,
        true,
        List.of(device(0, 5_000), device(1, 5_000)));
    var whole = new NodeView(
        new NodeId(2),
        "whole",
        Map.of(),
        total,
        total.gpus(1),
        0,
        0,
        true,
        List.of(device(0, 0), device(1, 10_000)));
    var one = Resources.none().gpus(1);
    assertThat(plan(PlacementStrategy.PACK, List.of(one), halves, whole))
        .isEqualTo(new Plan.Place(Map.of(0, whole.id())));
    assertThat(plan(PlacementStrategy.PACK, List.of(one), halves)).isInstanceOf(Plan.Wait.class);
    assertThat(plan(PlacementStrategy.STRICT_PACK, List.of(one.gpus(0.5), one.gpus(0.5)), halves))
        .isInstanceOf(Plan.Place.class);
    assertThat(plan(PlacementStrategy.PACK, List.of(one.accelerator("H200")), halves))
        .isInstanceOfSatisfying(
            Plan.Never.class, never -> assertThat(never.why()).contains("H200", "A100"));
  }

  private static DeviceView device(int index, long used) {
    return new DeviceView(index, "GPU-" + index, "NVIDIA A100", 1L << 36, 10_000, used, "");
  }

  @Test
  void saysWhatIsMissingAndWhichNodeComesNearest() {
    var small = node(1, cpus(2), cpus(2));
    var large = node(2, cpus(8), cpus(1));
    assertThat(plan(PlacementStrategy.PACK, List.of(cpus(1), cpus(16)), small, large))
        .isInstanceOfSatisfying(
            Plan.Never.class,
            never ->
                assertThat(never.why()).contains("bundle 1", "{CPU=16.0}", "(n2)", "{CPU=8.0}"));
    assertThat(plan(PlacementStrategy.PACK, List.of(cpus(4)), small, large))
        .isInstanceOfSatisfying(
            Plan.Wait.class,
            wait -> assertThat(wait.why()).contains("bundle 0", "{CPU=4.0}", "free", "nearest"));
    assertThat(plan(PlacementStrategy.STRICT_PACK, List.of(cpus(6), cpus(6)), small, large))
        .isInstanceOfSatisfying(
            Plan.Never.class,
            never -> assertThat(never.why()).contains("{CPU=12.0}", "STRICT_PACK", "(n2)"));
    assertThat(plan(PlacementStrategy.STRICT_SPREAD, Collections.nCopies(3, cpus(1)), small, large))
        .isInstanceOfSatisfying(
            Plan.Never.class,
            never ->
                assertThat(never.why()).contains("STRICT_SPREAD wants 3 nodes", "there are 2"));
    assertThat(plan(PlacementStrategy.PACK, List.of(cpus(1))))
        .isEqualTo(new Plan.Never("there is no node that takes work"));
  }

  @Test
  void nodesThatTakeNoWorkAreLeftAlone() {
    var driver = new NodeView(new NodeId(1), "d", Map.of(), cpus(8), cpus(8), 0, 0, false);
    assertThat(plan(PlacementStrategy.PACK, List.of(cpus(1)), driver))
        .isInstanceOf(Plan.Never.class);
  }
}
