package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.ProcessException;
import io.mobula.info.NodeInfo;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(180)
class LocalClusterIT {
  private static final String PIDS = "pids ";

  /** Main class that starts a cluster, prints its members and hangs, to be killed. */
  static final class ClusterOwnerMain {
    public static void main(String[] arguments) throws InterruptedException {
      try (var cluster = LocalCluster.builder().nodes(2).start()) {
        var pids =
            cluster.nodes().stream().map(node -> String.valueOf(node.pid())).toList();
        System.out.println(PIDS + String.join(" ", pids));
        new CountDownLatch(1).await();
      }
    }
  }

  @Test
  void nodesAreProcessesOfOneClusterThatEndWithIt() throws Exception {
    List<Long> pids;
    try (var cluster = LocalCluster.builder()
        .nodes(2)
        .cpusPerNode(3)
        .settings(Mobula.settings().clusterName("two"))
        .jvmFlags("-Xmx256m")
        .start()) {
      pids = cluster.nodes().stream().map(LocalCluster.LocalNode::pid).toList();
      assertThat(pids)
          .doesNotHaveDuplicates()
          .doesNotContain(ProcessHandle.current().pid());
      var runtime = cluster.runtime();
      assertThat(runtime.clusterName()).isEqualTo("two");
      assertThat(runtime.totalResources().amount("CPU")).isEqualTo(6);
      assertThat(runtime.nodes().stream().filter(node -> node.role() == NodeInfo.Role.NODE))
          .extracting(NodeInfo::pid)
          .containsExactlyInAnyOrderElementsOf(pids);
    }
    assertThat(pids).noneMatch(LocalClusterIT::runs);
  }

  @Test
  void lanesTellWhatProcessesSendEachOther() throws Exception {
    try (var cluster = LocalCluster.start(2)) {
      var runtime = cluster.runtime();
      assertThat(runtime.totalResources().asUnits()).containsKey("CPU"); // asks both by frames
      for (var node : cluster.nodes()) {
        var out = lane(runtime.peerChannels(), runtime.nodeId(), node.id());
        assertThat(out.kind()).isNotNull();
        assertThat(out.sent().frames()).isPositive();
        assertThat(out.sent().bytes()).isGreaterThanOrEqualTo(out.sent().frames());
        assertThat(out.received().frames()).isPositive();
        var back = lane(runtime.peerChannels(), node.id(), runtime.nodeId());
        assertThat(back.received().frames()).isGreaterThanOrEqualTo(out.sent().frames());
        assertThat(back.sent().bytes()).isGreaterThanOrEqualTo(out.received().bytes());
      }
    }
  }

  private static PeerChannelInfo lane(List<PeerChannelInfo> lanes, NodeId from, NodeId to) {
    return lanes.stream()
        .filter(lane -> lane.from().equals(from) && lane.to().equals(to))
        .findFirst()
        .orElseThrow(() -> new AssertionError("from " + from + " to " + to + " in " + lanes));
  }

  @Test
  void aNodeThatIsKilledIsGoneAndTheOthersStay() throws Exception {
    try (var cluster = LocalCluster.start(3)) {
      var victim = cluster.nodes().get(0);

      cluster.kill(0);

      assertThat(runs(victim.pid())).isFalse();
      assertThat(runs(cluster.nodes().get(1).pid())).isTrue();
      PollingAssert.until(
          "the killed node is gone",
          () ->
              cluster.runtime().nodes().stream().noneMatch(node -> node.id().equals(victim.id())));
      assertThat(cluster.runtime().isClosed()).isFalse();
      cluster.kill(0);
      assertThatThrownBy(() -> cluster.kill(3))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("0 to 2");
    }
  }

  @Test
  void nodesDieWithAProcessThatIsKilled() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (var owner = ChildJvm.start(
        ChildPlan.of("owner", ClusterOwnerMain.class.getName()),
        (stream, line) -> lines.add(line))) {
      var pids = pids(lines);
      assertThat(pids).hasSize(2).allMatch(LocalClusterIT::runs);

      owner.kill();

      PollingAssert.until(
          "no node outlives its owner", () -> pids.stream().noneMatch(LocalClusterIT::runs));
    }
  }

  @Test
  void aNodeThatCannotStartIsToldWithItsLastLines() {
    var cluster = LocalCluster.builder()
        .nodes(2)
        .settings(Mobula.settings().set("mobula.store.directory", "/nowhere"));
    assertThatThrownBy(cluster::start)
        .isInstanceOf(ProcessException.class)
        .hasMessageContaining("node 0 (pid")
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("/nowhere");
  }

  @Test
  void refusesANumberOfNodesThatIsNone() {
    assertThatThrownBy(() -> LocalCluster.start(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("0 nodes");
  }

  private static List<Long> pids(BlockingQueue<String> lines) throws InterruptedException {
    while (true) {
      var line = lines.poll(120, TimeUnit.SECONDS);
      assertThat(line).as("the line with the pids").isNotNull();
      if (line.startsWith(PIDS)) {
        return List.of(line.substring(PIDS.length()).split(" ")).stream()
            .map(Long::valueOf)
            .toList();
      }
    }
  }

  /** Returns whether the process runs; a zombie process does not count as running. */
  private static boolean runs(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
  }

  /** Condition that may throw an exception. */
}
