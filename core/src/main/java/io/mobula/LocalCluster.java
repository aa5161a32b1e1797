package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of JVMs on this machine, for tests, samples and benchmarks: nodes in processes of their
 * own, and a driver in this JVM. The processes die with this one, even when it is killed.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.start(3)) {
 *   cluster.runtime().task(Quick::square, 2).remote().get();
 *   cluster.kill(1);
 * }
 * }</pre>
 *
 * <p>Ports are free ones of the loopback device. What the processes write goes to the logger of
 * this type: standard output as INFO, standard error as WARN. Starting costs about two seconds and
 * 100 MB per process. Safe for use by many threads.
 */
public interface LocalCluster extends AutoCloseable {

  /**
   * Starts that many nodes, and a driver in this JVM, which together offer this machine's cores.
   *
   * @throws io.mobula.error.ProcessException when a process does not come up; its last lines are in
   *     the message
   */
  static LocalCluster start(int nodes) {
    return builder().nodes(nodes).start();
  }

  /** What a cluster is made of; by default three nodes. */
  static Builder builder() {
    return new Builder(3, null, Settings.empty(), List.of(), List.of(), Duration.ofMinutes(1));
  }

  /** The driver: offers no resources itself. Closed with the cluster. */
  MobulaRuntime runtime();

  /** The nodes that were started, in order, those that have been killed included. */
  List<LocalNode> nodes();

  /**
   * Kills a node as {@code kill -9} does, so that nothing of it can clean up, and returns when its
   * process is gone. It is not started again. Killing again does nothing.
   *
   * @param index its place in {@link #nodes}
   */
  void kill(int index);

  /** Closes the driver, then ends the nodes: asks, waits up to 30 s, kills. Again does nothing. */
  @Override
  void close();

  /**
   * A node and its process.
   *
   * @param id its incarnation
   * @param address {@code host:port} of its actor system
   * @param pid its process id
   */
  record LocalNode(NodeId id, String address, long pid) {
    /** Refuses nulls. */
    public LocalNode {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(address, "address");
    }
  }

  /** The choices before a cluster starts. Immutable; each verb returns a new one. */
  final class Builder {
    private static final int MOST = 64;

    private final int nodes;
    private final @Nullable Double cpusPerNode;
    private final Settings settings;
    private final List<Path> classPath;
    private final List<String> flags;
    private final Duration startTimeout;

    private Builder(
        int nodes,
        @Nullable Double cpusPerNode,
        Settings settings,
        List<Path> classPath,
        List<String> flags,
        Duration startTimeout) {
      this.nodes = nodes;
      this.cpusPerNode = cpusPerNode;
      this.settings = settings;
      this.classPath = classPath;
      this.flags = flags;
      this.startTimeout = startTimeout;
    }

    /** How many node processes, from 1 to {@value #MOST}. */
    public Builder nodes(int count) {
      if (count < 1 || count > MOST) {
        throw new InvalidRequestException(
            "Wanted a local cluster of " + count + " nodes: from 1 to " + MOST + " are possible.");
      }
      return new Builder(count, cpusPerNode, settings, classPath, flags, startTimeout);
    }

    /** How many cores each offers; by default this machine's, divided, but at least one. */
    public Builder cpusPerNode(double cpus) {
      Resources.none().cpus(cpus);
      return new Builder(nodes, cpus, settings, classPath, flags, startTimeout);
    }

    /** What the nodes and the driver are to do differently; address, seeds and role are set. */
    public Builder settings(Settings changed) {
      return new Builder(nodes, cpusPerNode, changed, classPath, flags, startTimeout);
    }

    /** What the nodes have in front of this JVM's class path. */
    public Builder classPath(Path... entries) {
      return new Builder(nodes, cpusPerNode, settings, List.of(entries), flags, startTimeout);
    }

    /** Further flags for the nodes' JVMs, {@code -Xmx512m} for example. */
    public Builder jvmFlags(String... more) {
      var all = new ArrayList<>(flags);
      all.addAll(List.of(more));
      return new Builder(nodes, cpusPerNode, settings, classPath, List.copyOf(all), startTimeout);
    }

    /**
     * How long to wait for a node process that starts and says nothing, a minute by default. One
     * that says that it is still starting is waited for six times as long in all.
     */
    public Builder startTimeout(Duration limit) {
      return new Builder(nodes, cpusPerNode, settings, classPath, flags, limit);
    }

    /** See {@link #nodes(int)}. */
    public int nodes() {
      return nodes;
    }

    /** See {@link #cpusPerNode(double)}. */
    public double cpusPerNode() {
      return cpusPerNode != null
          ? cpusPerNode
          : Math.max(1, Runtime.getRuntime().availableProcessors() / nodes);
    }

    /** See {@link #settings(Settings)}. */
    public Settings settings() {
      return settings;
    }

    /** See {@link #classPath(Path...)}. */
    public List<Path> classPath() {
      return classPath;
    }

    /** See {@link #jvmFlags(String...)}. */
    public List<String> jvmFlags() {
      return flags;
    }

    /** See {@link #startTimeout(Duration)}. */
    public Duration startTimeout() {
      return startTimeout;
    }

    /**
     * Starts the processes at the same time and returns when all are members.
     *
     * @throws io.mobula.error.ProcessException when one does not come up; none is left behind
     */
    public LocalCluster start() {
      return RuntimeLocator.factory().start(this);
    }
  }
}
