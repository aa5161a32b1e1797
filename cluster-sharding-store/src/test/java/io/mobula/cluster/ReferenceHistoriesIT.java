package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random histories of references and kills over three members and a driver. Each ref gives its
 * value, or is lost if only a killed member had the value. After each history every store is empty.
 *
 * <p>{@code -Dmobula.test.histories} is the number of histories (5), {@code -Dmobula.test.seed} the
 * seed of the first; each following history has the next seed.
 */
@Tag("long")
@Timeout(value = 3, unit = TimeUnit.HOURS)
class ReferenceHistoriesIT {
  private static final int MEMBERS = 3;

  /** Less than the size of one of the values. */
  private static final long ABOUT_NOTHING = LargeValueTasks.COUNT * 8L / 2;

  @Test
  void eachRefGivesItsValueAndAllMemoryComesBack() throws Exception {
    int histories = Integer.getInteger("mobula.test.histories", 5);
    long first = Long.getLong("mobula.test.seed", System.nanoTime());
    int kills = 0;
    int lost = 0;
    try (var members = RestartableMembers.start(MEMBERS, 2);
        var driver = Mobula.init(ClusterTestSupport.settings()
            .join(members.seeds())
            .set("mobula.cluster.join-timeout", "60s")
            .set("mobula.cluster.role", "driver"))) {
      for (long seed = first; seed < first + histories; seed++) {
        members.awaitSeenBy(driver);
        System.out.println("ReferenceHistoriesIT seed " + seed);
        var history = new ReferenceHistory(driver, members, seed);
        kills += history.run() ? 1 : 0;
        lost += history.lost();
        members.awaitSeenBy(driver);
        awaitEmpty(driver, seed);
      }
      assertThat(driver.isClosed()).as("the driver was removed").isFalse();
    }
    System.out.println("ReferenceHistoriesIT: " + histories + " histories, " + kills + " kills, "
        + lost + " refs lost with the member that had them, the first seed is " + first);
  }

  private static void awaitEmpty(MobulaRuntime driver, long seed) throws Exception {
    PollingAssert.until(
        () -> "no node uses store memory after seed " + seed + ", but " + used(driver),
        () -> used(driver).isEmpty());
  }

  /** Returns the nodes with used memory, and how much, each after a garbage collection. */
  private static List<String> used(MobulaRuntime driver) {
    System.gc();
    return driver.nodes().stream()
        .filter(node -> used(driver, node) > ABOUT_NOTHING)
        .map(node -> node.name() + " (" + node.role() + ") uses " + used(driver, node))
        .collect(Collectors.toList());
  }

  private static long used(MobulaRuntime driver, NodeInfo node) {
    return node.role() == NodeInfo.Role.DRIVER
        ? driver.storeUsage().usedBytes()
        : driver
            .task(LargeValueTasks::storeBytes)
            .cpus(0)
            .placement(Placement.on(node.id()))
            .remote()
            .get(ClusterTestSupport.LIMIT);
  }
}
