package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.info.NodeInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes start at once on a machine with fewer processors than nodes. */
@Tag("long")
@Timeout(400)
class ConcurrentJoinIT {
  private static final int NODES = 10;

  private final List<NodeProcess> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  /** Ten nodes join with the default join timeout. */
  @Test
  void tenNodesThatStartAtOnceAllJoin() throws Exception {
    int port = freePort();
    var settings = ClusterTestSupport.settings().storeCapacity(16 << 20).cpus(1);
    long begun = System.nanoTime();
    nodes.add(NodeProcess.start(settings.listen(port)));
    var seed = "127.0.0.1:" + port;
    IntStream.range(1, NODES).forEach(_ -> nodes.add(NodeProcess.start(settings.join(seed))));
    var ids = nodes.stream().map(NodeProcess::id).collect(Collectors.toSet());
    System.out.println("ConcurrentJoinIT: " + NODES + " nodes joined within "
        + (System.nanoTime() - begun) / 1_000_000 + " ms");
    try (var driver = Mobula.connect(seed, ClusterTestSupport.settings())) {
      var seen = driver.nodes().stream()
          .filter(node -> node.role() == NodeInfo.Role.NODE)
          .map(NodeInfo::id)
          .collect(Collectors.toSet());
      assertThat(seen).isEqualTo(Set.copyOf(ids)).hasSize(NODES);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
