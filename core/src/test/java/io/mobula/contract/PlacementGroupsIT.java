package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupState.Phase;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeEngine;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of placement groups in a cluster whose processes are killed: first a node with a bundle,
 * last the node of the group scheduler, while groups are created.
 */
@Tag("long")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlacementGroupsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Resources TWO = Resources.none().cpus(2);
  private static final int NODES = 4;

  @TempDir
  Path directory;

  private volatile int made;
  private LocalCluster cluster;
  private MobulaRuntime runtime;

  static final class NodeReporter {
    NodeId node() {
      return Mobula.context().node();
    }
  }

  static NodeId node() {
    return Mobula.context().node();
  }

  static NodeId nodeOfChild() {
    return Mobula.task(PlacementGroupsIT::node).remote().get();
  }

  static int hold(FileLatch entered, FileLatch latch) throws Exception {
    entered.open();
    latch.await();
    return 1;
  }

  @BeforeAll
  void start() {
    cluster = LocalCluster.builder()
        .nodes(NODES)
        .cpusPerNode(2)
        .settings(Mobula.settings().set("mobula.placement.unschedulable-timeout", "1s"))
        .jvmFlags("-Xmx128m")
        .start();
    runtime = cluster.runtime();
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private FileLatch gate(String name) {
    return new FileLatch(directory.resolve(name).toString());
  }

  private PlacementGroup spread(int bundles) {
    return runtime
        .placementGroup()
        .bundles(bundles, TWO)
        .strategy(PlacementStrategy.STRICT_SPREAD)
        .create();
  }

  private void allIsFree() throws Exception {
    PollingAssert.until(
        "all is free", () -> runtime.availableResources().equals(runtime.totalResources()));
  }

  private NodeId runsAt(PlacementGroup group, int bundle) {
    return runtime
        .task(PlacementGroupsIT::node)
        .placement(Placement.group(group, bundle))
        .remote()
        .get(LONG);
  }

  @Test
  @Order(1)
  void bundlesAreOnNodesOfTheirOwnAndWorkIsThere() throws Exception {
    var group = spread(3);
    assertThat(group.await(LONG)).isTrue();
    var nodes = group.nodes().stream().map(Optional::orElseThrow).toList();
    assertThat(new HashSet<>(nodes)).hasSize(3);
    for (int bundle = 0; bundle < 3; bundle++) {
      assertThat(runsAt(group, bundle)).isEqualTo(nodes.get(bundle));
    }
    ActorHandle<NodeReporter> actor = runtime
        .actor(NodeReporter::new)
        .cpus(1)
        .placement(Placement.group(group, 2))
        .remote();
    assertThat(actor.call(NodeReporter::node).remote().get(LONG)).isEqualTo(nodes.get(2));
    assertThat(nodes)
        .contains(runtime
            .task(PlacementGroupsIT::nodeOfChild)
            .cpus(1)
            .placement(Placement.group(group, 0).capturingChildren())
            .remote()
            .get(LONG));

    var latch = gate("all");
    var held = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 2; i++) { // the actor has one CPU of the third bundle
      var entered = gate("entered" + i);
      held.add(runtime
          .task(PlacementGroupsIT::hold, entered, latch)
          .cpus(2)
          .placement(Placement.group(group))
          .remote());
      entered.await();
    }
    latch.open();
    assertThat(runtime.get(held, LONG)).containsExactly(1, 1);
    group.remove();
    allIsFree();
  }

  @Test
  @Order(2)
  void removingAGroupEndsWhatRunsInOtherProcesses() throws Exception {
    var group = spread(2);
    var entered = gate("running");
    var running = runtime
        .task(PlacementGroupsIT::hold, entered, gate("never"))
        .placement(Placement.group(group, 1))
        .remote();
    entered.await();
    group.remove();
    assertThatThrownBy(() -> running.get(LONG))
        .isInstanceOf(PlacementGroupException.class)
        .hasMessageContaining(group.id().toString());
    allIsFree();
  }

  @Test
  @Order(3)
  void aGroupThatNoNodeCanHoldFailsAfterAWhile() {
    var group = runtime.placementGroup().bundle(TWO.cpus(3)).create();
    assertThatThrownBy(() -> group.ready().get(LONG))
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(thrown.reason()).isEqualTo(Reason.UNSCHEDULABLE))
        .hasMessageContaining("CPU=3")
        .hasMessageContaining("the one that comes nearest is node");
  }

  @Test
  @Order(4)
  void groupsEndWithTheirProgramUnlessTheyAreDetached() throws Exception {
    PlacementGroup kept;
    PlacementGroup lost;
    try (var other = Mobula.connect(
        cluster.nodes().get(1).address(), Mobula.settings().storeCapacity(16 << 20))) {
      kept = other.placementGroup().bundle(TWO).name("kept").detached().create();
      lost = other.placementGroup().bundle(TWO).name("lost").create();
      assertThat(kept.await(LONG) && lost.await(LONG)).isTrue();
    }
    PollingAssert.until("it is removed", () -> {
      try {
        runtime.placementGroup("lost");
        return false;
      } catch (PlacementGroupException gone) {
        return gone.reason() == Reason.NAME_UNKNOWN;
      }
    });
    assertThat(RuntimeEngine.of(runtime).state(lost).why()).contains("has left the cluster");
    var found = runtime.placementGroup("kept");
    assertThat(found).isEqualTo(kept);
    assertThat(found.state().phase()).isEqualTo(Phase.READY);
    found.remove();
    allIsFree();
  }

  @Test
  @Order(5)
  void bundlesOfAKilledNodeArePlacedAgainAndTheOthersStay() throws Exception {
    var group = runtime
        .placementGroup()
        .bundles(NODES - 1, TWO)
        .strategy(PlacementStrategy.STRICT_SPREAD)
        .create();
    assertThat(group.await(LONG)).isTrue();
    var before = group.nodes().stream().map(Optional::orElseThrow).toList();
    int victim = -1; // not the first node, which has the group scheduler
    for (int i = 1; i < NODES; i++) {
      victim = before.contains(cluster.nodes().get(i).id()) ? i : victim;
    }
    var gone = cluster.nodes().get(victim).id();
    int bundle = before.indexOf(gone);

    cluster.kill(victim);

    PollingAssert.until("it is whole again", () -> {
      var state = group.state(); // called once, since the group may lose a node between two calls
      return state.phase() == Phase.READY && !state.nodes().get(bundle).equals(Optional.of(gone));
    });
    var after = group.nodes().stream().map(Optional::orElseThrow).toList();
    assertThat(new HashSet<>(after)).hasSize(NODES - 1).doesNotContain(gone);
    for (int i = 0; i < before.size(); i++) {
      if (i != bundle) {
        assertThat(after.get(i)).isEqualTo(before.get(i));
      }
    }
    assertThat(runsAt(group, bundle)).isEqualTo(after.get(bundle));
    group.remove();
    allIsFree();
  }

  @Test
  @Order(6)
  void nothingStaysReservedWhenTheSchedulersNodeIsKilledInTheMiddle() throws Exception {
    var kept = spread(2);
    assertThat(kept.await(LONG)).isTrue();
    kept.remove();
    var making = CompletableFuture.supplyAsync(this::makeAndRemove);
    PollingAssert.until("some were made", () -> made >= 5);

    cluster.kill(0);

    var left = making.get(60, TimeUnit.SECONDS);
    PollingAssert.until(
        "each has come to be",
        () -> left.stream().allMatch(group -> {
          group.remove();
          return group.state().phase() == Phase.REMOVED;
        }));
    allIsFree();
    assertThat(runtime.totalResources().amount(Resources.CPU)).isEqualTo(4);
    var last = spread(2);
    assertThat(last.await(LONG)).isTrue();
    assertThat(runsAt(last, 1)).isEqualTo(last.nodes().get(1).orElseThrow());
  }

  /**
   * Creates and removes groups until the group scheduler has been replaced; groups that remain are
   * not removed.
   */
  private List<PlacementGroup> makeAndRemove() {
    var left = new ArrayList<PlacementGroup>();
    for (int after = 0; after < 3; after += runtime.nodes().size() < NODES ? 1 : 0) {
      var group = runtime.placementGroup().bundles(2, TWO.cpus(1)).create();
      switch (made++ % 3) {
        case 0 -> group.remove();
        case 1 -> left.add(group);
        default -> {
          assertThat(group.await(LONG)).isTrue();
          group.remove();
        }
      }
      if (left.size() > 1) {
        left.removeFirst().remove();
      }
    }
    return left;
  }
}
