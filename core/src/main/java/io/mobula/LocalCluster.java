package io.mobula;

import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeLocator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cluster of JVMs on this machine, for tests, samples and benchmarks: each node is a process, and
 * the driver is in this JVM. The processes end with this JVM, even when it is killed.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.start(3)) {
 *   cluster.runtime().task(QuickStart::square, 2).remote().get();
 *   cluster.kill(1);
 * }
 * }</pre>
 *
 * <p>Nodes listen on free ports of the loopback device. Their output goes to the logger of this
 * type: standard output as INFO, standard error as WARN. A process takes about 150 MB of memory,
 * and some seconds to start, longer where processes share cores. Safe for use by many threads.
 */
public interface LocalCluster extends AutoCloseable {

  /**
   * Starts nodes, and a driver in this JVM; the nodes together offer this machine's cores.
   *
   * @throws io.mobula.error.ProcessException when a process does not start; the message has its
   *     last lines of output
   */
  static LocalCluster start(int nodes) {
    return builder().nodes(nodes).start();
  }

  /** Returns a builder of a cluster; three nodes by default. */
  static Builder builder() {
    return new Builder(3, null, Settings.empty(), List.of(), List.of(), Duration.ofMinutes(1));
  }

  /** Returns the driver, which offers no resources. Closed with the cluster. */
  MobulaRuntime runtime();

  /** Returns the nodes in the order of their start, including nodes that have been killed. */
  List<LocalNode> nodes();

  /**
   * Kills a node as {@code kill -9} does, so that it cannot clean up, and returns when its process
   * has ended. The node does not restart. Killing it again does nothing.
   *
   * @param index position of the node in {@link #nodes}
   */
  void kill(int index);

  /**
   * Closes the driver, then the nodes: asks each to leave, waits up to 40 s, then kills it. Closing
   * again does nothing.
   */
  @Override
  void close();

  /**
   * Node of the cluster, and its process.
   *
   * @param id incarnation of the node
   * @param address {@code host:port} of its actor system
   * @param pid process id
   */
  record LocalNode(NodeId id, String address, long pid) {
    /** Refuses components that are null. */
    public LocalNode {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(address, "address");
    }
  }

  /** Configuration of a cluster before it starts. Immutable; each method returns a new builder. */
  final class Builder {
    private static final int MAX_NODES = 64;

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

    /** Sets the number of node processes, from 1 to {@value #MAX_NODES}. */
    public Builder nodes(int count) {
      if (count < 1 || count > MAX_NODES) {
        throw new InvalidRequestException("Wanted a local cluster of " + count
            + " nodes: from 1 to " + MAX_NODES + " are possible.");
      }
      return new Builder(count, cpusPerNode, settings, classPath, flags, startTimeout);
    }

    /**
     * Sets how many cores each node offers; by default this machine's cores divided by the nodes,
     * but at least one.
     */
    public Builder cpusPerNode(double cpus) {
      Resources.none().cpus(cpus);
      return new Builder(nodes, cpus, settings, classPath, flags, startTimeout);
    }

    /** Sets settings of the nodes and the driver; address, seeds and role are overridden. */
    public Builder settings(Settings changed) {
      return new Builder(nodes, cpusPerNode, changed, classPath, flags, startTimeout);
    }

    /** Adds entries in front of this JVM's class path for the nodes. */
    public Builder classPath(Path... entries) {
      return new Builder(nodes, cpusPerNode, settings, List.of(entries), flags, startTimeout);
    }

    /** Adds flags for the nodes' JVMs, such as {@code -Xmx512m}. */
    public Builder jvmFlags(String... more) {
      var all = new ArrayList<>(flags);
      all.addAll(List.of(more));
      return new Builder(nodes, cpusPerNode, settings, classPath, List.copyOf(all), startTimeout);
    }

    /**
     * Sets how long to wait for a node process that reports nothing, a minute by default. A process
     * that reports that it is still starting may take six times as long in all.
     */
    public Builder startTimeout(Duration timeout) {
      return new Builder(nodes, cpusPerNode, settings, classPath, flags, timeout);
    }

    /** Returns the number of node processes. */
    public int nodes() {
      return nodes;
    }

    /** Returns how many cores each node offers. */
    public double cpusPerNode() {
      return cpusPerNode != null
          ? cpusPerNode
          : Math.max(1, Runtime.getRuntime().availableProcessors() / nodes);
    }

    /** Returns the settings of the nodes and the driver. */
    public Settings settings() {
      return settings;
    }

    /** Returns the entries in front of the nodes' class path. */
    public List<Path> classPath() {
      return classPath;
    }

    /** Returns the additional flags of the nodes' JVMs. */
    public List<String> jvmFlags() {
      return flags;
    }

    /** Returns how long to wait for a node process that reports nothing. */
    public Duration startTimeout() {
      return startTimeout;
    }

    /**
     * Starts all processes at the same time and returns when all are members of the cluster.
     *
     * @throws io.mobula.error.ProcessException when a process does not start; all others are ended
     */
    public LocalCluster start() {
      return RuntimeLocator.factory().start(this);
    }
  }
}
