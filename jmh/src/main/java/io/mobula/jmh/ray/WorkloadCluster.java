package io.mobula.jmh.ray;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.placement.Placement;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Cluster in which the workloads run. This process is the driver, as in Ray.
 *
 * <p>In the mode {@code PROCESSES} there are two further nodes: one for callers other than the
 * driver, and one for callees, so that no caller shares a JVM with its callee. In the mode
 * {@code IN_PROCESS} everything runs in this JVM.
 */
final class WorkloadCluster implements AutoCloseable {
  private final MobulaRuntime runtime;
  private final @Nullable LocalCluster cluster;

  /** Distribution of callers and callees over processes. */
  enum Mode {
    /** Callers and callees in different JVMs, as always in Ray. */
    PROCESSES,
    /** Everything in this JVM, which only an embedded library can do. */
    IN_PROCESS;

    /** Returns the name that the command line uses. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private WorkloadCluster(MobulaRuntime runtime, @Nullable LocalCluster cluster) {
    this.runtime = runtime;
    this.cluster = cluster;
  }

  static WorkloadCluster open(Mode mode) {
    return open(mode, 2, Mobula.settings());
  }

  /** Opens a cluster; with fewer than two nodes the driver is the only caller. */
  static WorkloadCluster open(Mode mode, int nodes, Settings settings) {
    if (mode == Mode.IN_PROCESS) {
      return new WorkloadCluster(Mobula.init(settings), null);
    }
    var cluster = LocalCluster.builder()
        .nodes(nodes)
        .settings(settings)
        .cpusPerNode(Runtime.getRuntime().availableProcessors())
        .start();
    return new WorkloadCluster(cluster.runtime(), cluster);
  }

  MobulaRuntime runtime() {
    return runtime;
  }

  /** Returns the node of callees, or null for this process. */
  @Nullable
  NodeId servers() {
    return node(0);
  }

  /** Returns the node of callers other than the driver, or null for this process. */
  @Nullable
  NodeId clients() {
    return node(1);
  }

  Placement atServers() {
    return RayPerfTasks.at(servers());
  }

  Placement atClients() {
    return RayPerfTasks.at(clients());
  }

  private @Nullable NodeId node(int index) {
    return cluster == null ? null : cluster.nodes().get(index).id();
  }

  @Override
  public void close() {
    if (cluster == null) {
      runtime.close();
    } else {
      cluster.close();
    }
  }
}
