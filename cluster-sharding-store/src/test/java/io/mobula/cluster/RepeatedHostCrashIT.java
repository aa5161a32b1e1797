package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Four hosts and a driver on a fifth. One host's process is killed and started again every three
 * seconds, whether or not it was up again. No other process ends, and each task ends with its
 * value.
 *
 * <p>Runs for a minute, or for {@code -Dmobula.test.deaths.seconds}; {@code -Dmobula.test.seed}
 * repeats the order of the kills.
 */
@Tag("long")
class RepeatedHostCrashIT {
  private static final int HOSTS = 4;
  private static final int FIRST_HOST = 2;
  private static final Duration BETWEEN = Duration.ofSeconds(3);
  private static final Duration TASK_LIMIT = Duration.ofSeconds(120);

  private final List<String> addresses = new ArrayList<>();
  private final NodeProcess[] nodes = new NodeProcess[HOSTS];
  private final List<String> ended = new ArrayList<>();

  @AfterEach
  void end() {
    for (var node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }

  @Test
  void aKillEveryThreeSecondsEndsNobodyElse() throws Exception {
    long seed = Long.getLong("mobula.test.seed", System.nanoTime());
    long seconds = Long.getLong("mobula.test.deaths.seconds", 60);
    System.out.println("RepeatedHostCrashIT seed " + seed + ", " + seconds + " s");
    var random = new Random(seed);
    for (int i = 0; i <= HOSTS; i++) {
      addresses.add(freeAddress("127.0.0." + (FIRST_HOST + i)));
    }
    nodes[0] = NodeProcess.start(settings(0)).up();
    try (var driver =
        Mobula.init(settings(HOSTS, addresses.getFirst()).set("mobula.cluster.role", "driver"))) {
      for (int i = 1; i < HOSTS; i++) {
        nodes[i] = startAgain(i);
      }
      awaitAllUp(driver);
      var work = SteadyTaskLoad.start(driver, 6, 100, TASK_LIMIT);
      int kills = 0;
      int early = 0;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (System.nanoTime() - end < 0 && ended.isEmpty() && !driver.isClosed()) {
        int victim = random.nextInt(HOSTS);
        early += nodes[victim].isUp() ? 0 : 1;
        nodes[victim].kill();
        nodes[victim] = startAgain(victim);
        kills++;
        noteWhoHasEnded();
        TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos()); // the rate of the kills, not a wait
        noteWhoHasEnded();
      }
      System.out.println("RepeatedHostCrashIT: " + kills + " kills, " + early
          + " of them before the process was up again; " + work.right() + " tasks right so far");
      assertThat(ended).as("others that have ended").isEmpty();
      assertThat(driver.isClosed()).as("the driver was removed").isFalse();
      awaitAllUp(driver);
      assertThat(work.finish()).as("%s", work.failures()).isZero();
      System.out.println("RepeatedHostCrashIT: " + work.right() + " tasks right");
      assertThat(work.right()).isPositive();
    }
  }

  private void noteWhoHasEnded() {
    for (var node : nodes) {
      if (!node.isAlive()) {
        ended.add(node + " has ended:\n" + node.lastLines());
      }
    }
  }

  private void awaitAllUp(MobulaRuntime driver) throws Exception {
    for (var node : nodes) {
      var id = node.id();
      PollingAssert.until(
          node + " is seen",
          () -> driver.nodes().stream().anyMatch(each -> each.id().equals(id)));
    }
  }

  /**
   * Starts the host again. It may join by all other processes, first by the driver, which is alive.
   */
  private NodeProcess startAgain(int host) {
    var seeds = new ArrayList<String>();
    for (int i = HOSTS; i >= 0; i--) {
      if (i != host) {
        seeds.add(addresses.get(i));
      }
    }
    return NodeProcess.start(settings(host, seeds.toArray(String[]::new)));
  }

  private Settings settings(int host, String... seeds) {
    var address = addresses.get(host);
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    var settings = NodeProcess.host(ClusterTestSupport.settings(), FIRST_HOST + host)
        .storeCapacity(16 << 20)
        .cpus(2)
        .set("mobula.cluster.join-timeout", "60s")
        .listen(port);
    return seeds.length == 0 ? settings : settings.join(seeds);
  }

  private static String freeAddress(String host) throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
  }
}
