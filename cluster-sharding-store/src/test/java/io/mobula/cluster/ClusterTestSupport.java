package io.mobula.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Support for the tests of failing nodes: small clusters, time limits and a poll. */
final class ClusterTestSupport {
  /** Limit within which every future has to end: several times what it takes to notice a loss. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  /** Limit for the start of several JVMs on a busy machine. */
  private static final Duration STARTS = Duration.ofMinutes(3);

  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private ClusterTestSupport() {}

  /** Condition whose check may fail with an exception. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Polls until the condition holds; fails after {@link #LIMIT}. */
  static void awaitTrue(String what, Condition condition) throws IOException {
    awaitTrue(() -> what, condition);
  }

  /** Polls until the condition holds. The failure's text is made after the last check. */
  static void awaitTrue(Supplier<String> what, Condition condition) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Not within " + LIMIT + ": " + what.get());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

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
