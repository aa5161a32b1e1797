package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.info.NodeInfo;
import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * Driver in a process of its own that runs tasks. For each byte of its standard input it prints how
 * many tasks have been right and which nodes it sees. Ends with its standard input.
 */
final class SteadyLoadDriver {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private SteadyLoadDriver() {}

  static ForkedJvm start(String address, int host) {
    return ForkedJvm.of(SteadyLoadDriver.class)
        .flags(
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow")
        .arguments(address, String.valueOf(host))
        .start();
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var settings = NodeProcess.host(ClusterTestSupport.settings(), Integer.parseInt(arguments[1]))
        .storeCapacity(16 << 20)
        .set("mobula.cluster.join-timeout", "60s");
    try (var runtime = Mobula.connect(arguments[0], settings)) {
      var work = SteadyTaskLoad.start(runtime, 4, 100, LIMIT);
      System.out.println("up " + ProcessHandle.current().pid());
      for (int asked = 1; System.in.read() >= 0; asked++) {
        System.out.println("answer " + asked + " right " + work.right() + " failures "
            + work.failures().size() + " closed " + runtime.isClosed() + " nodes "
            + (runtime.isClosed()
                ? "none"
                : runtime.nodes().stream()
                    .map(NodeInfo::id)
                    .map(Object::toString)
                    .sorted()
                    .collect(Collectors.joining(","))));
      }
      int wrong = work.finish();
      System.out.println("finished wrong " + wrong + " right " + work.right());
    }
  }
}
