package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Values outlive the process that put them, or had them made, as long as another process holds
 * them.
 */
@Tag("long")
@Timeout(300)
class OwnerLossIT {
  private static final int COUNT = 40;

  static boolean sees(NodeId node) {
    return Mobula.runtime().nodes().stream().anyMatch(each -> each.id().equals(node));
  }

  /** The driver dies, then a node with shards of the directory, then the node with the results. */
  @Test
  void whatADeadDriverHadMadeIsReadableAndIsMadeAgainWhoeverDiesAfterIt() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(4).start()) {
      var runtime = cluster.runtime();
      var keeper = runtime
          .actor(OwnerProcess.RefKeeper::new)
          .name("vault")
          .cpus(0)
          .placement(Placement.on(id(cluster, 1)))
          .remote();
      NodeId owner;
      try (var driver =
          OwnerProcess.start(cluster.nodes().get(1).address(), id(cluster, 2), COUNT)) {
        driver.awaitLine("kept " + COUNT, ClusterTestSupport.LIMIT.multipliedBy(3));
        owner = runtime.nodes().stream()
            .filter(node -> node.pid() == driver.pid())
            .findFirst()
            .orElseThrow()
            .id();
        driver.kill();
      }
      for (var node : cluster.nodes()) {
        awaitUnseen(runtime, node.id(), owner);
      }

      cluster.kill(0);
      var refs = keeper.call(OwnerProcess.RefKeeper::refs).remote().get(ClusterTestSupport.LIMIT);
      for (int i = 0; i < COUNT; i++) {
        assertThat(refs.small().get(i).get(ClusterTestSupport.LIMIT))
            .isEqualTo(OwnerProcess.text(i));
      }
      for (int i = 0; i < refs.thrice().size(); i++) {
        assertThat(refs.thrice().get(i).get(ClusterTestSupport.LIMIT)).containsOnly(4.0 * i);
      }

      cluster.kill(2);
      for (int i = 0; i < refs.made().size(); i++) {
        assertThat(refs.made().get(i).get(ClusterTestSupport.LIMIT)).containsOnly(4.0 * i + 1);
      }
    }
  }

  /** Returns when that node knows that the other has left. */
  private static void awaitUnseen(MobulaRuntime runtime, NodeId at, NodeId gone) throws Exception {
    var there = Placement.on(at);
    PollingAssert.until(
        "node " + at + " knows that " + gone + " has left",
        () -> !runtime
            .task(OwnerLossIT::sees, gone)
            .placement(there)
            .remote()
            .get(ClusterTestSupport.LIMIT));
  }

  private static NodeId id(LocalCluster cluster, int node) {
    return cluster.nodes().get(node).id();
  }
}
