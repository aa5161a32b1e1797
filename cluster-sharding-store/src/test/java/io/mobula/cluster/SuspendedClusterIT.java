package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.testkit.ForkedJvm;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All nodes of a cluster and its driver stand still for a minute, as when a laptop sleeps or a host
 * is suspended, and wake together: all continue, and no node is removed.
 *
 * <p>One round, or {@code -Dmobula.test.suspended.rounds}.
 */
@Tag("long")
class SuspendedClusterIT {
  private static final int STILL_SECONDS = 60;

  /** Time longer than it takes to remove a silent member. */
  private static final int AFTERWARDS_SECONDS = 20;

  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final List<NodeProcess> nodes = new ArrayList<>();
  private int asked;

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  @Test
  void whoStandsStillTogetherGoesOnTogether() throws Exception {
    int rounds = Integer.getInteger("mobula.test.suspended.rounds", 1);
    nodes.add(start(2));
    nodes.add(start(2)); // a second process of the same host
    nodes.add(start(3));
    try (var driver = SteadyLoadDriver.start(nodes.getFirst().address(), 4)) {
      driver.awaitLine("up ", ANSWER);
      var before = awaitRight(driver, 20);
      for (int round = 0; round < rounds; round++) {
        var pids = LongStream.concat(
                LongStream.of(driver.pid()),
                LongStream.of(NodeProcess.pids(nodes.toArray(NodeProcess[]::new))))
            .toArray();
        NodeProcess.signal("-STOP", pids);
        TimeUnit.SECONDS.sleep(STILL_SECONDS);
        NodeProcess.signal("-CONT", pids);
        TimeUnit.SECONDS.sleep(AFTERWARDS_SECONDS); // a removal would happen meanwhile
        assertThat(nodes).allMatch(NodeProcess::isAlive);
        var after = awaitRight(driver, right(before) + 50);
        System.out.println("SuspendedClusterIT: " + before + " | " + after);
        assertThat(after).contains("failures 0 closed false");
        assertThat(seen(after)).isEqualTo(seen(before));
        before = after;
      }
    }
  }

  private NodeProcess start(int host) {
    var settings = NodeProcess.host(ClusterTestSupport.settings(), host)
        .storeCapacity(16 << 20)
        .cpus(2);
    return (nodes.isEmpty()
            ? NodeProcess.first(settings)
            : NodeProcess.joining(settings, nodes.getFirst().address()))
        .up();
  }

  private String awaitRight(ForkedJvm driver, int count) throws Exception {
    var last = new String[] {""};
    PollingAssert.until(() -> count + " tasks right: " + last[0] + "\n" + driver, () -> {
      last[0] = ask(driver);
      return right(last[0]) >= count;
    });
    return last[0];
  }

  private String ask(ForkedJvm driver) {
    driver.sendLine("");
    var begin = "answer " + ++asked + " ";
    try {
      return driver.awaitLine(line -> line.startsWith(begin), ANSWER);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static int right(String answer) {
    return Integer.parseInt(answer.split(" ")[3]);
  }

  private static String seen(String answer) {
    return answer.substring(answer.indexOf("nodes "));
  }
}
