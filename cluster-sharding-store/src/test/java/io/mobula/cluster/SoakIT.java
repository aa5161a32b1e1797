package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nodes leave, are told to end and are killed, one after the other, the first one among them, and
 * new ones join, while drivers work. Every future ends with the right value or a typed error, a
 * leaving node is gone in time, and nothing of the dead nodes is left.
 *
 * <p>Runs for half a minute, or for {@code -Dmobula.soak.seconds}; {@code -Dmobula.soak.seed}
 * repeats the order of events.
 */
@Tag("long")
class SoakIT {
  private static final int NODES = 3;
  private static final int DRIVERS = 2;

  /** Limit for a leaving node that uses all of its time and then closes. */
  private static final Duration LEAVING = Duration.ofSeconds(30 + 5);

  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<SoakDriver> drivers = new ArrayList<>();
  private Path stores;

  /** Ways in which a node ends. */
  private enum StopKind {
    KILLED,
    DISMISSED,
    TERMINATED
  }

  @BeforeEach
  void prepare() throws IOException {
    var memory = Path.of("/dev/shm");
    stores = Files.isDirectory(memory)
        ? Files.createTempDirectory(memory, "mobula-soak-")
        : Files.createTempDirectory("mobula-soak-");
  }

  @AfterEach
  void end() {
    drivers.forEach(SoakDriver::abandon);
    nodes.forEach(NodeProcess::kill);
  }

  @Test
  void everyFutureEndsWhileNodesComeAndGo() throws Exception {
    long seed = Long.getLong("mobula.soak.seed", System.nanoTime());
    long seconds = Long.getLong("mobula.soak.seconds", 30);
    System.out.println("SoakIT seed " + seed + ", " + seconds + " s");
    var random = new Random(seed);
    nodes.add(NodeProcess.first(settings()).up());
    while (nodes.size() < NODES) {
      join(random);
    }
    for (int i = 0; i < DRIVERS; i++) {
      drivers.add(SoakDriver.start(connected(random), seed + i));
    }

    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    goes(nodes.removeFirst(), StopKind.KILLED);
    while (System.nanoTime() - end < 0) {
      join(random);
      goes(nodes.remove(random.nextInt(nodes.size())), StopKind.values()[random.nextInt(3)]);
    }

    for (var driver : drivers) {
      System.out.println("SoakIT " + driver.finish());
    }
    nodes.forEach(node -> node.leave(LEAVING));
    leavesNothingBehind();
  }

  private Settings settings() {
    return ClusterTestSupport.settings().cpus(2).storeDirectory(stores);
  }

  private String anyAddress(Random random) {
    return nodes.get(random.nextInt(nodes.size())).address();
  }

  private MobulaRuntime connected(Random random) {
    return Mobula.connect(
        anyAddress(random),
        ClusterTestSupport.settings()
            .storeDirectory(stores)
            .set("mobula.cluster.join-timeout", "60s"));
  }

  private void join(Random random) {
    nodes.add(NodeProcess.joining(settings(), anyAddress(random)).up());
  }

  private void goes(NodeProcess node, StopKind kind) throws Exception {
    System.out.println("SoakIT " + node + " is to be " + kind);
    switch (kind) {
      case KILLED -> node.kill();
      case DISMISSED -> {
        drivers.getFirst().runtime().dismiss(node.id());
        node.awaitEnd(LEAVING);
      }
      case TERMINATED -> {
        node.terminate();
        node.awaitEnd(LEAVING);
      }
    }
    PollingAssert.until(
        () -> node + ", " + kind + ", is forgotten",
        () -> drivers.stream().noneMatch(driver -> driver.sees(node.id())));
  }

  /**
   * Checks that nothing is left. The files of killed nodes are removed by the next start in that
   * place, which removes its own.
   */
  private void leavesNothingBehind() throws Exception {
    NodeProcess.first(settings()).up().leave(LEAVING);
    try (var left = Files.list(stores)) {
      assertThat(left).isEmpty();
    }
    Files.delete(stores);
  }
}
