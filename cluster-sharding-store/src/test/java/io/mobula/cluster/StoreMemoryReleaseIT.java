package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing all refs returns the memory on all nodes, without a garbage collection anywhere. */
@Tag("long")
@Timeout(180)
class StoreMemoryReleaseIT {

  @Test
  void closedEverywhereIsFreedEverywhereWithoutACollection() throws Exception {
    var plan = LocalCluster.builder()
        .nodes(2)
        .cpusPerNode(2)
        .settings(ClusterTestSupport.settings())
        .jvmFlags(StoreMemoryReleaseProcess.FLAGS);
    try (var cluster = plan.start();
        var driver = StoreMemoryReleaseProcess.start(cluster.nodes().getFirst().address())) {
      for (var use : StoreMemoryReleaseProcess.RefUse.values()) {
        assertThat(driver.awaitLine(use + " freed", Duration.ofSeconds(60)))
            .containsPattern("before (\\[.*]) after \\1");
      }
    }
  }
}
