package io.mobula.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.Settings;
import java.time.Duration;

/** Support for the tests of failing nodes: small clusters and time limits. */
final class ClusterTestSupport {
  /** Limit within which every future has to end: several times what it takes to notice a loss. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  /** Limit for the start of several JVMs on a busy machine. */
  private static final Duration STARTS = Duration.ofMinutes(3);

  private ClusterTestSupport() {}

  /**
   * Returns settings with a short grace period and query timeout, so that tests need not wait as
   * long as a real cluster does.
   */
  static Settings settings() {
    return Mobula.settings()
        .storeCapacity(64 << 20)
        .set("mobula.directory.grace", "2s")
        .set("mobula.directory.query-timeout", "10s");
  }

  static LocalCluster.Builder cluster(int nodes) {
    return LocalCluster.builder()
        .nodes(nodes)
        .cpusPerNode(2)
        .settings(settings())
        .startTimeout(STARTS)
        .jvmFlags("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }
}
