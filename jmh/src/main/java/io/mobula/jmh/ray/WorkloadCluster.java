package io.mobula.jmh.ray;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Settings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the workloads run: this process is the driver, as in Ray.
 *
 * <p>With processes there are two nodes beside it: callers other than the driver are on one, whom
 * and what they call on the other, so that no two partners share a JVM. In one process all of them
 * are here.
 */
final class WorkloadCluster implements AutoCloseable {
  private final MobulaRuntime runtime;
  private final @Nullable LocalCluster cluster;

  /** Who is in which process. */
  enum Mode {
    /** Partners are in different JVMs, as they always are in Ray. */
    PROCESSES,
    /** All in this JVM: what only an embedded library can do. */
    IN_PROCESS;

    /** As the command line has it. */
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

  /** With fewer nodes than two the driver is the only caller. */
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

  /** The node of those who are called, or null for this process. */
  @Nullable
  NodeId servers() {
    return node(0);
  }

  /** The node of callers other than the driver, or null for this process. */
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
