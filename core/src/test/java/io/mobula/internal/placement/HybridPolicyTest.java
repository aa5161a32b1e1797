package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.ClusterView;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import io.mobula.spi.PlacementPolicy.Choice;
import io.mobula.spi.PlacementPolicy.PlacementRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests of the node that the policy chooses by the resources of each node. */
class HybridPolicyTest {
  private static final NodeId LOCAL = new NodeId(1);
  private static final Resources ONE_CPU = Resources.none().cpus(1);

  private final HybridPolicy policy = new HybridPolicy();
  private final Random random = new Random(42);

  private static NodeView node(long id, double cpus, double free) {
    return node(id, Resources.none().cpus(cpus), Resources.none().cpus(free), Map.of());
  }

  private static NodeView node(
      long id, Resources total, Resources free, Map<String, String> labels) {
    return new NodeView(new NodeId(id), "n" + id, labels, total, free, 0, 0, true);
  }

  private static NodeView with(NodeView node, int queued, boolean accepting) {
    return new NodeView(
        node.id(),
        node.name(),
        node.labels(),
        node.total(),
        node.available(),
        queued,
        node.storeUsage(),
        accepting);
  }

  private Choice choose(Placement placement, Resources wanted, NodeView... nodes) {
    return choose(placement, wanted, Map.of(), nodes);
  }

  private Choice choose(
      Placement placement, Resources wanted, Map<NodeId, Long> bytes, NodeView... nodes) {
    return policy.choose(
        new PlacementRequest(wanted, placement, LOCAL, bytes),
        new ClusterView(List.of(nodes)),
        random);
  }

  private static Choice on(long id) {
    return new Choice.LeaseAt(new NodeId(id));
  }

  @Test
  void theOwnNodeIsPreferredBelowHalfFull() {
    assertThat(choose(Placement.anywhere(), ONE_CPU, node(2, 4, 4), node(1, 4, 3)))
        .isEqualTo(on(1));
  }

  @Test
  void fromHalfFullOnAnotherBelowHalfFullIsPreferredTheFullestOfThem() {
    assertThat(choose(Placement.anywhere(), ONE_CPU, node(1, 4, 2), node(2, 4, 4), node(3, 4, 3)))
        .isEqualTo(on(3));
  }

  @Test
  void whereAllAreHalfFullTheEmptiestIsPreferred() {
    assertThat(choose(Placement.anywhere(), ONE_CPU, node(1, 8, 1), node(2, 8, 4), node(3, 8, 2)))
        .isEqualTo(on(2));
  }

  @Test
  void aFullStoreCountsAsFull() {
    var full = new NodeView(
        LOCAL, "n1", Map.of(), Resources.none().cpus(4), Resources.none().cpus(4), 0, 0.9, true);
    assertThat(choose(Placement.anywhere(), ONE_CPU, full, node(2, 4, 4))).isEqualTo(on(2));
  }

  @Test
  void workWithoutGpuKeepsOffNodesThatHaveSome() {
    var gpus =
        node(2, Resources.none().cpus(8).gpus(1), Resources.none().cpus(7).gpus(1), Map.of());
    assertThat(choose(Placement.anywhere(), ONE_CPU, node(1, 4, 1), gpus, node(3, 8, 1)))
        .isEqualTo(on(1));
    assertThat(choose(Placement.anywhere(), ONE_CPU, node(1, 4, 0), gpus)).isEqualTo(on(2));
    assertThat(choose(Placement.anywhere(), ONE_CPU.gpus(1), node(1, 4, 4), gpus))
        .isEqualTo(on(2));
  }

  @Test
  void mostArgumentBytesDecideIfThereIsRoom() {
    var bytes = Map.of(new NodeId(2), 10L, new NodeId(3), 20L);
    assertThat(choose(
            Placement.anywhere(), ONE_CPU, bytes, node(1, 4, 4), node(2, 4, 4), node(3, 4, 1)))
        .isEqualTo(on(3));
    assertThat(choose(
            Placement.anywhere(), ONE_CPU, bytes, node(1, 4, 4), node(2, 4, 4), node(3, 4, 0)))
        .isEqualTo(on(1));
  }

  @Test
  void anAffinityIsHardOrSoft() {
    assertThat(choose(Placement.on(new NodeId(2)), ONE_CPU, node(1, 4, 4), node(2, 4, 1)))
        .isEqualTo(on(2));
    assertThat(choose(Placement.on(new NodeId(2)), ONE_CPU, node(1, 4, 4), node(2, 4, 0)))
        .isInstanceOfSatisfying(
            Choice.QueueAt.class, queueAt -> assertThat(queueAt.where()).isEqualTo(new NodeId(2)));
    assertThat(choose(Placement.on(new NodeId(9)), ONE_CPU, node(1, 4, 4)))
        .isInstanceOfSatisfying(
            Choice.Infeasible.class,
            infeasible ->
                assertThat(infeasible.why()).contains(new NodeId(9).toString()).contains("n1"));
    assertThat(choose(Placement.preferring(new NodeId(2)), ONE_CPU, node(1, 4, 4), node(2, 4, 1)))
        .isEqualTo(on(2));
    assertThat(choose(Placement.preferring(new NodeId(2)), ONE_CPU, node(1, 4, 4), node(2, 4, 0)))
        .isEqualTo(on(1));
    assertThat(choose(Placement.preferring(new NodeId(9)), ONE_CPU, node(1, 4, 4)))
        .isEqualTo(on(1));
  }

  @Test
  void labelsAreHard() {
    var a = node(1, ONE_CPU, ONE_CPU, Map.of("zone", "a"));
    var b = node(2, ONE_CPU, ONE_CPU, Map.of("zone", "b"));
    assertThat(choose(Placement.labels("zone=b"), ONE_CPU, a, b)).isEqualTo(on(2));
    assertThat(choose(Placement.labels("zone=c"), ONE_CPU, a, b))
        .isInstanceOfSatisfying(
            Choice.Infeasible.class,
            infeasible -> assertThat(infeasible.why()).contains("zone=c").contains("{zone=a}"));
    assertThatThrownBy(() -> choose(Placement.labels("zone=="), ONE_CPU, a, b))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void preferredLabelsAreSoft() {
    var a = node(1, ONE_CPU, ONE_CPU, Map.of("zone", "a"));
    var b = node(2, ONE_CPU, ONE_CPU, Map.of("zone", "b"));
    var busy = node(2, ONE_CPU, Resources.none(), Map.of("zone", "b"));
    assertThat(choose(Placement.preferringLabels("zone=b"), ONE_CPU, a, b)).isEqualTo(on(2));
    assertThat(choose(Placement.preferringLabels("zone=b"), ONE_CPU, a, busy)).isEqualTo(on(1));
    assertThat(choose(Placement.preferringLabels("zone=c"), ONE_CPU, a)).isEqualTo(on(1));
    assertThatThrownBy(() -> choose(Placement.preferringLabels("zone in"), ONE_CPU, a))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("position 7");
  }

  private static NodeView gpus(long id, DeviceView... devices) {
    long total = List.of(devices).stream().mapToLong(DeviceView::total).sum();
    long free = List.of(devices).stream().mapToLong(DeviceView::free).sum();
    return new NodeView(
        new NodeId(id),
        "n" + id,
        Map.of(),
        ONE_CPU.withUnits("GPU", total),
        ONE_CPU.withUnits("GPU", free),
        0,
        0,
        true,
        List.of(devices));
  }

  private static DeviceView device(int index, String model, long used) {
    return new DeviceView(index, "GPU-" + index, model, 80L << 30, 10_000, used, "");
  }

  @Test
  void aShareIsWhereOneDeviceHasRoomForIt() {
    var scattered = gpus(1, device(0, "NVIDIA L4", 5_000), device(1, "NVIDIA L4", 5_000));
    var whole = gpus(2, device(0, "NVIDIA H200", 0), device(1, "NVIDIA H200", 9_000));
    assertThat(choose(Placement.anywhere(), Resources.none().gpus(1), scattered, whole))
        .isEqualTo(on(2));
    assertThat(choose(
            Placement.anywhere(), Resources.none().gpus(0.5).accelerator("L4"), scattered, whole))
        .isEqualTo(on(1));
    assertThat(choose(Placement.anywhere(), Resources.none().gpuMemory("60GiB"), scattered, whole))
        .isEqualTo(on(2));
    assertThat(choose(Placement.anywhere(), Resources.none().gpus(1), scattered))
        .isInstanceOf(Choice.QueueAt.class);
  }

  @Test
  void whatNoDeviceIsIsNeverAndNamesWhatThereIs() {
    var node = gpus(1, device(0, "NVIDIA L4", 0), device(1, "NVIDIA L4", 0));
    for (var wanted : List.of(
        Resources.none().accelerator("H200"),
        Resources.none().gpus(3),
        Resources.none().gpuMemory("81GiB"))) {
      assertThat(choose(Placement.anywhere(), wanted, node, node(2, 4, 4)))
          .isInstanceOfSatisfying(
              Choice.Infeasible.class,
              infeasible -> assertThat(infeasible.why()).contains("n1").contains("2 NVIDIA L4"));
    }
  }

  @Test
  void whatNoNodeHasIsNeverAndNamesTheOneThatComesNearest() {
    assertThat(choose(Placement.anywhere(), ONE_CPU.cpus(9), node(1, 2, 2), node(2, 8, 0)))
        .isInstanceOfSatisfying(
            Choice.Infeasible.class,
            infeasible -> assertThat(infeasible.why())
                .contains("CPU=9.0")
                .contains("n2")
                .contains("CPU=8.0"));
    assertThat(choose(Placement.anywhere(), ONE_CPU)).isInstanceOf(Choice.Infeasible.class);
  }

  @Test
  void whatAllAreTooBusyForWaitsAtTheShortestQueue() {
    assertThat(choose(
            Placement.anywhere(),
            ONE_CPU,
            with(node(1, 4, 0), 5, true),
            with(node(2, 4, 0), 2, true)))
        .isInstanceOfSatisfying(Choice.QueueAt.class, queueAt -> {
          assertThat(queueAt.where()).isEqualTo(new NodeId(2));
          assertThat(queueAt.why()).contains("2 nodes").contains("CPU=1.0").contains("waiting");
        });
  }

  @Test
  void whoAcceptsNothingIsLeftOut() {
    assertThat(choose(
            Placement.anywhere(), Resources.none(), with(node(1, 4, 4), 0, false), node(2, 4, 0)))
        .isEqualTo(on(2));
  }

  @Test
  void spreadIsEvenThoughTheViewIsOld() {
    var counts = new HashMap<Long, Integer>();
    for (int turn = 0; turn < 9; turn++) {
      var chosen = (Choice.LeaseAt) spread(turn, node(1, 4, 4), node(2, 4, 4), node(3, 4, 4));
      counts.merge(chosen.node().incarnation(), 1, Integer::sum);
    }
    assertThat(counts).containsOnly(Map.entry(1L, 3), Map.entry(2L, 3), Map.entry(3L, 3));
  }

  @Test
  void spreadPassesOverWhoHasNoRoom() {
    assertThat(spread(1, node(1, 4, 4), node(2, 4, 0), node(3, 4, 4))).isEqualTo(on(3));
    assertThat(spread(2, node(1, 4, 4), node(2, 4, 0), node(3, 4, 0))).isEqualTo(on(1));
  }

  private Choice spread(long turn, NodeView... nodes) {
    var placementRequest = new PlacementRequest(ONE_CPU, Placement.spread(), LOCAL, Map.of(), turn);
    return policy.choose(placementRequest, new ClusterView(List.of(nodes)), random);
  }

  @Test
  void spreadComesOutEven() {
    var free = new HashMap<Long, Integer>(Map.of(1L, 10, 2L, 10, 3L, 10, 4L, 10));
    for (int i = 0; i < 20; i++) {
      var nodes = free.entrySet().stream()
          .map(each -> node(each.getKey(), 10, each.getValue()))
          .toArray(NodeView[]::new);
      var chosen = (Choice.LeaseAt) spread(i, nodes);
      free.merge(chosen.node().incarnation(), -1, Integer::sum);
    }
    assertThat(free.values()).containsOnly(5);
  }

  @Test
  void manyWhoAskAtOnceDoNotAllChooseTheSameOfManyNodes() {
    var nodes = new NodeView[20];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = node(i + 2, 4, 4);
    }
    var chosen = new HashSet<Choice>();
    for (int i = 0; i < 100; i++) {
      chosen.add(choose(Placement.anywhere(), ONE_CPU, nodes));
    }
    assertThat(chosen).hasSize(4);
  }

  @Test
  void theAnswerAlwaysHoldsWhatIsWantedAndAllowed() {
    long seed = System.nanoTime();
    System.out.println("HybridPolicyTest seed " + seed);
    var local = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      var nodes = new ArrayList<NodeView>();
      for (int id = 1; id <= 1 + local.nextInt(6); id++) {
        var total = Resources.none().cpus(local.nextInt(5)).gpus(local.nextInt(2));
        var free = Resources.none()
            .cpus(local.nextInt((int) total.amount(Resources.CPU) + 1))
            .gpus(local.nextInt((int) total.amount(Resources.GPU) + 1));
        nodes.add(with(
            node(id, total, free, Map.of("zone", local.nextBoolean() ? "a" : "b")),
            local.nextInt(3),
            local.nextInt(8) > 0));
      }
      var wanted = Resources.none().cpus(local.nextInt(4)).gpus(local.nextInt(2));
      var placement = switch (local.nextInt(5)) {
        case 0 -> Placement.spread();
        case 1 -> Placement.on(new NodeId(1 + local.nextInt(6)));
        case 2 -> Placement.preferring(new NodeId(1 + local.nextInt(6)));
        case 3 -> Placement.labels("zone=a");
        default -> Placement.anywhere();
      };
      Map<NodeId, Long> bytes = local.nextBoolean()
          ? Map.of()
          : Map.of(new NodeId(1 + local.nextInt(6)), (long) local.nextInt(3));
      var view = new ClusterView(nodes);
      var choice =
          policy.choose(new PlacementRequest(wanted, placement, LOCAL, bytes), view, local);
      var able = nodes.stream()
          .filter(NodeView::acceptsWork)
          .filter(node ->
              !(placement instanceof Placement.OnNode(var id)) || node.id().equals(id))
          .filter(node -> !(placement instanceof Placement.Labels)
              || "a".equals(node.labels().get("zone")))
          .filter(node -> node.canEverHold(wanted))
          .toList();
      var what = "seed " + seed + ": " + wanted + " " + placement + " among " + nodes;
      switch (choice) {
        case Choice.LeaseAt(var id) -> {
          assertThat(able).as(what).contains(view.node(id).orElseThrow());
          assertThat(view.node(id).orElseThrow().canHoldNow(wanted)).as(what).isTrue();
        }
        case Choice.QueueAt(var where, var why) -> {
          assertThat(able).as(what).contains(view.node(where).orElseThrow());
          assertThat(able).as(what).noneMatch(node -> node.canHoldNow(wanted));
          assertThat(why).isNotBlank();
        }
        case Choice.Infeasible(var why) -> {
          assertThat(able).as(what).isEmpty();
          assertThat(why).isNotBlank();
        }
      }
    }
  }
}
