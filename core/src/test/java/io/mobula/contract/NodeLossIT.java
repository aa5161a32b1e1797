package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupState.Phase;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
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
 * Test of calls, actors and groups whose node ends: a node that leaves, a node that is killed, and
 * last the node of the group scheduler.
 */
@Tag("long")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeLossIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int CALLS = 20;

  @TempDir
  static Path directory;

  private LocalCluster cluster;
  private MobulaRuntime runtime;

  static final class NodeReporter {
    NodeId node() {
      return Mobula.context().node();
    }

    NodeId note(FileEventLog eventLog, int call) throws IOException {
      eventLog.add("call " + call);
      return Mobula.context().node();
    }

    int hold(FileLatch entered, FileLatch latch) throws Exception {
      entered.open();
      latch.await();
      return 1;
    }
  }

  static NodeId node() {
    return Mobula.context().node();
  }

  @BeforeAll
  void start() {
    cluster =
        LocalCluster.builder().nodes(4).cpusPerNode(2).jvmFlags("-Xmx128m").start();
    runtime = cluster.runtime();
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private FileLatch gate(String name) {
    return new FileLatch(directory.resolve(name).toString());
  }

  private ActorHandle<NodeReporter> actor(NodeId at) {
    return runtime
        .actor(NodeReporter::new)
        .cpus(1)
        .maxRestarts(5)
        .placement(Placement.preferring(at))
        .remote();
  }

  private boolean isThere(NodeId node) {
    return runtime.nodes().stream().anyMatch(info -> info.id().equals(node));
  }

  @Test
  @Order(1)
  void callsThatANodeHasNotBegunAsItLeavesAreRunByTheNextIncarnationOnce() throws Exception {
    var leaving = Mobula.init(Mobula.settings()
        .join(cluster.nodes().getFirst().address())
        .cpus(1)
        .storeCapacity(16 << 20)
        .storeDirectory(directory));
    var gone = leaving.nodeId();
    ActorHandle<NodeReporter> actor;
    try (leaving) {
      PollingAssert.until("it is met", () -> isThere(gone));
      actor = actor(gone);
      assertThat(actor.call(NodeReporter::node).remote().get(LONG)).isEqualTo(gone);
      var entered = gate("entered");
      var held = actor.call(NodeReporter::hold, entered, gate("never")).remote();
      entered.await();
      var eventLog = new FileEventLog(directory.resolve("calls").toString());
      var later = new ArrayList<ObjectRef<NodeId>>();
      for (int i = 0; i < CALLS; i++) {
        later.add(actor.call(NodeReporter::note, eventLog, i).remote());
      }
      leaving.close();
      assertThat(runtime.get(later, LONG)).hasSize(CALLS).doesNotContain(gone);
      for (int i = 0; i < CALLS; i++) {
        assertThat(eventLog.events().get(i)).as("in order, and once").isEqualTo("call " + i);
      }
      assertThat(eventLog.events()).hasSize(CALLS);
      assertThatThrownBy(() -> held.get(LONG))
          .isInstanceOf(ActorDiedException.class)
          .hasMessageContaining("may or may not have run");
    }
    actor.kill();
  }

  @Test
  @Order(2)
  void aCallThatIsMadeWhenItsHostIsNoMemberAnyMoreIsRunByTheNextIncarnation() throws Exception {
    var gone = cluster.nodes().get(1).id();
    var actor = actor(gone);
    assertThat(actor.call(NodeReporter::node).remote().get(LONG)).isEqualTo(gone);
    cluster.kill(1);
    PollingAssert.spinUntil("it has left", () -> !isThere(gone));
    var calls = new ArrayList<ObjectRef<NodeId>>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(actor.call(NodeReporter::node).remote());
    }
    assertThat(runtime.get(calls, LONG)).hasSize(CALLS).doesNotContain(gone);
    actor.kill();
  }

  @Test
  @Order(3)
  void aGroupWhoseNodesHaveAllDiedWithTheSchedulerIsPlacedAgain() throws Exception {
    var scheduling = cluster.nodes().getFirst().id();
    var rest = new ArrayList<ActorHandle<NodeReporter>>(); // so that only that node has room
    for (int i = 2; i < 4; i++) {
      rest.add(runtime
          .actor(NodeReporter::new)
          .cpus(2)
          .placement(Placement.on(cluster.nodes().get(i).id()))
          .remote());
    }
    for (var each : rest) {
      each.call(NodeReporter::node).remote().get(LONG);
    }
    var group = runtime
        .placementGroup()
        .bundle(Resources.none().cpus(2))
        .name("moved")
        .detached()
        .create();
    assertThat(group.await(LONG)).isTrue();
    assertThat(group.nodes()).containsExactly(Optional.of(scheduling));
    ActorHandle<NodeReporter> actor = runtime
        .actor(NodeReporter::new)
        .cpus(1)
        .maxRestarts(5)
        .placement(Placement.group(group, 0).capturingChildren())
        .remote();
    assertThat(actor.call(NodeReporter::node).remote().get(LONG)).isEqualTo(scheduling);
    rest.forEach(ActorHandle::kill);

    cluster.kill(0);

    PollingAssert.spinUntil("it has left", () -> !isThere(scheduling));
    var call = actor.call(NodeReporter::node).remote();
    var task = runtime
        .task(NodeLossIT::node)
        .cpus(1)
        .placement(Placement.group(group, 0))
        .remote();
    var now = call.get(LONG);
    assertThat(now).isNotEqualTo(scheduling);
    assertThat(task.get(LONG)).isEqualTo(now);
    assertThat(group.ready().get(LONG)).isEqualTo(group);
    var found = runtime.placementGroup("moved");
    assertThat(found).isEqualTo(group);
    assertThat(found.state().phase()).isEqualTo(Phase.READY);
    assertThat(found.nodes()).containsExactly(Optional.of(now));
    group.remove();
    PollingAssert.until(
        "it is dead",
        () -> { // removing a group does not wait for that
          try {
            actor.call(NodeReporter::node).remote().get(LONG);
            return false;
          } catch (ActorDiedException dead) {
            return true;
          }
        });
    PollingAssert.until(
        "all is free", () -> runtime.availableResources().equals(runtime.totalResources()));
  }
}
