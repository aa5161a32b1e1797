package io.mobula.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** What the tests of failing nodes share: small clusters, and how long anything may take. */
final class ClusterTestSupport {
  /** Within which every future has to end: a few times what a loss takes to be told. */
  static final Duration LIMIT = Duration.ofSeconds(30);

  /** Several JVMs on a machine that has other things to do. */
  private static final Duration STARTS = Duration.ofMinutes(3);

  private static final long BETWEEN_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private ClusterTestSupport() {}

  /** A condition that may fail to be looked at. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Looks again until it holds; fails after {@link #LIMIT}. */
  static void awaitTrue(String what, Condition condition) throws IOException {
    awaitTrue(() -> what, condition);
  }

  /** The same; what was wanted and what was seen is told by its last look. */
  static void awaitTrue(Supplier<String> what, Condition condition) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("Not within " + LIMIT + ": " + what.get());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

  /** Nodes forget soon, so that a test need not wait for the grace of a real cluster. */
  static Settings settings() {
    return Mobula.settings()
        .storeCapacity(64 << 20)
        .set("mobula.directory.grace", "2s")
        .set("mobula.directory.patience", "10s");
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
