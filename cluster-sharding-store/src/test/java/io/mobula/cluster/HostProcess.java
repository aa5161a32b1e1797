package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Node in a process of its own that stands for a host, or for one of several processes of a host:
 * it shares memory with processes that were started with the same host word. Ends with its standard
 * input.
 */
final class HostProcess implements AutoCloseable {
  private static final Duration STARTS = Duration.ofMinutes(3);

  private final ForkedJvm jvm;

  private HostProcess(ForkedJvm jvm) {
    this.jvm = jvm;
  }

  static HostProcess start(String address, String host) {
    var plan = ForkedJvm.of(HostProcess.class)
        .flags("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .arguments(address, host);
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return new HostProcess((flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start());
  }

  /** Waits until the node is a member. */
  NodeId awaitUp() throws InterruptedException {
    var id = jvm.awaitLine(line -> line.startsWith("up "), STARTS).split(" ")[1];
    return new NodeId(HexFormat.fromHexDigitsToLong(id));
  }

  void kill() throws InterruptedException {
    jvm.kill();
  }

  @Override
  public void close() {
    jvm.close();
  }

  public static void main(String[] arguments) throws IOException {
    var settings = ClusterTestSupport.settings()
        .storeCapacity(512 << 20)
        .cpus(2)
        .set("mobula.store.share-host", arguments[1])
        .set("mobula.cluster.join-timeout", STARTS.toMillis() + "ms")
        .join(arguments[0]);
    try (var runtime = Mobula.init(settings)) {
      System.out.println("up " + runtime.nodeId());
      while (System.in.read() >= 0) {
        // input has no meaning except its end
      }
    }
  }
}
