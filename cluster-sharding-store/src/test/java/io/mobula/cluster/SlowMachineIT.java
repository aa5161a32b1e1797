package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.testkit.fault.CpuHogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three nodes and a driver on a machine on which forty other processes want all of the CPU: no node
 * is taken for dead, and work continues.
 *
 * <p>Runs for a minute, or for {@code -Dmobula.test.slow.seconds}.
 */
@Tag("long")
class SlowMachineIT {
  private static final int NODES = 3;
  private static final int HOGS = 40;
  private static final Duration TASK_LIMIT = Duration.ofMinutes(3);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final List<NodeProcess> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  @Test
  void nobodyIsTakenForDeadAndWorkGoesOn() throws Exception {
    long seconds = Long.getLong("mobula.test.slow.seconds", 60);
    var settings = ClusterTestSupport.settings().storeCapacity(16 << 20);
    nodes.add(NodeProcess.first(settings.cpus(2)).up());
    var seed = nodes.getFirst().address();
    while (nodes.size() < NODES) {
      nodes.add(NodeProcess.joining(settings.cpus(2), seed).up());
    }
    try (var driver = Mobula.connect(seed, settings.set("mobula.cluster.join-timeout", "60s"))) {
      var before = members(driver.nodes());
      assertThat(before).hasSize(NODES + 1);
      var work = SteadyTaskLoad.start(driver, 4, 50, TASK_LIMIT);
      try (var hogs = CpuHogs.start(HOGS, Duration.ofSeconds(seconds + 60))) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() - end < 0) {
          assertThat(nodes).allMatch(NodeProcess::isAlive);
          assertThat(driver.isClosed()).isFalse();
          TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        }
        System.out.println("SlowMachineIT: " + work.right() + " tasks right in " + seconds
            + " s beside " + hogs.count() + " hogs, " + load());
        assertThat(hogs.count()).isEqualTo(HOGS);
      }
      assertThat(work.finish()).as("%s", work.failures()).isZero();
      assertThat(work.right()).isGreaterThan((int) seconds);
      assertThat(members(driver.nodes())).isEqualTo(before);
      assertThat(nodes).allMatch(NodeProcess::isAlive);
    }
  }

  private static Set<NodeId> members(List<NodeInfo> of) {
    return of.stream().map(NodeInfo::id).collect(Collectors.toSet());
  }

  private static String load() throws IOException {
    var file = Path.of("/proc/loadavg");
    return Files.exists(file) ? "load " + Files.readString(file).strip() : "load unknown";
  }
}
