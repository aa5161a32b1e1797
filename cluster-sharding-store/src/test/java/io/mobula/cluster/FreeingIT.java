package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who closes all refs has the memory back everywhere, without a collector having run anywhere. */
@Tag("long")
@Timeout(180)
class FreeingIT {

  @ParameterizedTest
  @EnumSource
  void closedEverywhereIsFreedEverywhereWithoutACollection(FreeingProcess.Way way) throws Exception {
    var plan = LocalCluster.builder()
        .nodes(2)
        .cpusPerNode(2)
        .settings(Soon.settings())
        .jvmFlags(FreeingProcess.FLAGS);
    try (var cluster = plan.start();
        var driver = FreeingProcess.start(cluster.nodes().get(0).address(), way)) {
      for (int process = 0; process < 3; process++) {
        assertThat(driver.awaitLine("process " + process, Duration.ofSeconds(100)))
            .contains(FreeingProcess.CLEAN);
      }
      driver.awaitLine("all freed", Duration.ofSeconds(10));
    }
  }
}
