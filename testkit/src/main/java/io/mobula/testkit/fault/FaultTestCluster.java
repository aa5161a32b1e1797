package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.info.NodeInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Cluster for fault tests: the nodes are processes into which a {@link FaultPlan} injects faults;
 * the driver in this JVM is spared. Nodes represent hosts: each has an address of its own in
 * 127.0.0.0/8, and shares memory only with nodes of its host. The processes end with this JVM.
 *
 * <pre>{@code
 * try (var cluster = FaultTestCluster.builder(folder).nodes(4).start();
 *     var history = History.in(folder.resolve("history"))) {
 *   try (var faults = cluster.inject(plan, history)) {
 *     ... work with cluster.runtime(), recorded in the history ...
 *     faults.await();
 *   }
 *   assertThat(cluster.awaitIdle(Duration.ofMinutes(1))).isEmpty();
 *   assertThat(HistoryChecker.check(history.events())).isEmpty();
 * }
 * }</pre>
 *
 * <p>Safe for all threads.
 */
public final class FaultTestCluster implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final long BETWEEN_LOOKS_MILLIS = 50;
  private static final String NOT_UP = "The cluster is not up";
  /** Cause of a removal of the driver, which the faults spare. */
  private static final String REMOVED_WHY =
      ": its heartbeats or those of most nodes came later than akka.cluster.failure-detector waits."
          + " On a machine that other processes occupy, set its acceptable-heartbeat-pause higher,"
          + " or run this when they are done.";

  private final int hosts;
  private final ClusterProcesses processes;

  /**
   * Shutdown hook that removes namespaces and file systems; nodes end with this JVM by themselves.
   */
  private final Thread hook = new Thread(this::close, "fault-test-cluster-end");

  private @Nullable MobulaRuntime driver;
  private @Nullable ClusterState start;

  private FaultTestCluster(Builder builder) {
    this.hosts = builder.hosts;
    this.processes = new ClusterProcesses(builder);
  }

  /**
   * Returns a builder; by default four nodes, each on a host of its own.
   *
   * @param folder folder for logs, in {@code logs}, and for files shared by nodes, in
   *     {@code stores}
   */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /** Returns why {@link Builder#partitions} is not possible on this machine, or empty if it is. */
  public static Optional<String> whyNoPartitions() {
    return NamespaceNetwork.whyNot();
  }

  /** Returns why {@link Builder#storeDisk} is not possible on this machine, or empty if it is. */
  public static Optional<String> whyNoStoreDisk() {
    return TestFileSystem.whyNot();
  }

  /** Returns why {@link Builder#clocks} is not possible on this machine, or empty if it is. */
  public static Optional<String> whyNoClocks() {
    return ClockShift.whyNot();
  }

  /**
   * Returns why {@link Builder#transportPauses} is not possible on this machine, or empty if it is.
   */
  public static Optional<String> whyNoTransportPauses() {
    return ThreadPauses.whyNot();
  }

  /** Builder of a cluster. For one thread. */
  public static final class Builder {
    final Path folder;
    Path stores;
    int nodes = 4;
    int hosts = 4;
    boolean partitions;
    boolean spills;
    boolean clocks;
    boolean transportPauses;
    boolean proxies;
    long diskBytes;
    long spillDiskBytes;

    @Nullable
    Class<? extends DriverProgram> program;

    List<String> arguments = List.of();
    FrameFaults frames = FrameFaults.NONE;
    Settings settings = Mobula.settings().cpus(2).storeCapacity(32L << 20);
    List<String> flags = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private Builder(Path folder) {
      this.folder = Objects.requireNonNull(folder, "folder");
      this.stores = folder.resolve("stores");
    }

    /** Sets the number of nodes, each on a host of its own unless {@link #hosts} is set. */
    public Builder nodes(int count) {
      if (count < 1 || count > 100) {
        throw new IllegalArgumentException(
            "Wanted " + count + " nodes: from 1 to 100 are possible");
      }
      nodes = count;
      hosts = count;
      return this;
    }

    /**
     * Sets the number of hosts over which the nodes are distributed; nodes of a host share memory.
     */
    public Builder hosts(int count) {
      if (count < 1 || count > nodes) {
        throw new IllegalArgumentException("Wanted " + count + " hosts for " + nodes + " nodes");
      }
      hosts = count;
      return this;
    }

    /** Sets settings of all nodes and the driver; address, seeds, name and role are overridden. */
    public Builder settings(Settings changed) {
      settings = Objects.requireNonNull(changed, "settings");
      return this;
    }

    /**
     * Sets the folder of the stores, which should be in shared memory; {@code stores} in the
     * cluster's folder by default.
     */
    public Builder stores(Path directory) {
      stores = Objects.requireNonNull(directory, "stores");
      return this;
    }

    /**
     * Makes each host a Linux network namespace, so that {@link Fault.Partition} is possible. Needs
     * root; {@link #start} fails where it is not possible.
     */
    public Builder partitions() {
      partitions = true;
      return this;
    }

    /** Gives each node a spill folder. */
    public Builder spilling() {
      spills = true;
      return this;
    }

    /**
     * Makes the folder of the stores a file system of that size, which {@link Fault.FillStoreDisk}
     * can fill. Needs root; {@link #start} fails where it is not possible.
     */
    public Builder storeDisk(long bytes) {
      diskBytes = bytes;
      return this;
    }

    /**
     * Gives each node a spill folder on a common file system of that size, which is full when that
     * much is spilled. Needs root; {@link #start} fails where it is not possible.
     */
    public Builder spillDisk(long bytes) {
      spills = true;
      spillDiskBytes = bytes;
      return this;
    }

    /**
     * Gives each node an adjustable wall clock, so that {@link Fault.ClockJump} is possible. Needs
     * Linux and a C compiler {@code cc}; {@link #start} fails where it is not possible.
     */
    public Builder clocks() {
      clocks = true;
      return this;
    }

    /**
     * Lets faults of the kind {@link Fault.PauseTransport} happen. Needs Linux, a C compiler
     * {@code cc}, and the permission to trace processes; {@link #start} fails without a compiler.
     */
    public Builder transportPauses() {
      transportPauses = true;
      return this;
    }

    /**
     * Puts a proxy before the TCP port of each node, through which all others connect to it, so
     * that {@link Fault.ResetConnections}, {@link Fault.HalfCloseConnections} and
     * {@link Fault.SlowConnections} are possible. Not together with {@link #partitions}.
     */
    public Builder proxies() {
      proxies = true;
      return this;
    }

    /**
     * Adds a second driver, in a process outside this JVM, for {@link Fault.KillDriver}.
     *
     * @param does program that runs each time the driver is started
     * @param with arguments of the program
     */
    public Builder killedDriver(Class<? extends DriverProgram> does, String... with) {
      program = Objects.requireNonNull(does, "does");
      arguments = List.of(with);
      return this;
    }

    /** Sets the faults of frames between hosts, which happen all the time; none by default. */
    public Builder frames(FrameFaults faults) {
      frames = Objects.requireNonNull(faults, "faults");
      return this;
    }

    /** Sets the flags of the nodes' JVMs, instead of a small heap and a serial collector. */
    public Builder flags(String... all) {
      flags = List.of(all);
      return this;
    }

    /**
     * Starts the nodes and the driver, and returns when all are members of the cluster and idle.
     *
     * @throws IOException when a folder or a log cannot be created
     * @throws TimeoutException when the cluster does not start in time
     */
    public FaultTestCluster start() throws IOException, InterruptedException, TimeoutException {
      if (proxies && partitions) {
        throw new IllegalArgumentException(
            "Wanted proxies() and partitions(): a proxy of this process would be on another host than its node");
      }
      var cluster = new FaultTestCluster(this);
      try {
        cluster.begin();
        return cluster;
      } catch (Exception | Error e) {
        cluster.close();
        throw e;
      }
    }
  }

  private void begin() throws IOException, InterruptedException, TimeoutException {
    Runtime.getRuntime().addShutdownHook(hook);
    processes.startNodes();
    driver = Mobula.init(processes.driverSettings());
    awaitAllUp(START);
    start = ClusterState.of(runtime());
    processes.startDrivers();
  }

  /** Returns the processes outside this JVM. */
  ClusterProcesses processes() {
    return processes;
  }

  /** Returns the driver in this JVM. */
  public MobulaRuntime runtime() {
    return Objects.requireNonNull(driver, NOT_UP);
  }

  /** Returns the nodes in order. */
  public List<ClusterMember> members() {
    return processes.nodes();
  }

  /**
   * Asks the drivers outside this JVM to end, after all plans have ended.
   *
   * @return a violation for each driver that did not end when asked
   */
  public List<Violation> endDrivers() {
    return processes.endDrivers();
  }

  /**
   * Starts to execute a plan, and from now on restarts nodes that have ended.
   *
   * @param history records the outcomes of tasks that inject faults
   * @throws IllegalArgumentException when the plan is for more nodes than there are
   */
  public FaultInjection inject(FaultPlan plan, History history) {
    return FaultInjection.begin(this, plan, history);
  }

  /**
   * Returns how many nodes are members now, as the driver sees it; zero when the driver is closed.
   */
  public long upNodeCount() {
    var seen = seen();
    return members().stream().filter(member -> isIn(seen, member)).count();
  }

  private List<NodeInfo> seen() {
    return runtime().isClosed() ? List.of() : runtime().nodes();
  }

  private static boolean isIn(List<NodeInfo> seen, ClusterMember member) {
    var id = member.id();
    return id.isPresent()
        && seen.stream()
            .anyMatch(node -> node.id().equals(id.get()) && node.state() == NodeInfo.State.ALIVE);
  }

  /**
   * Returns whether the cluster promises to survive the loss of one more node, as far as the driver
   * sees: a majority of the hosts remains if the node falls silent; more hosts remain than are
   * silent if it dies, since dead hosts do not count.
   */
  boolean survives(ClusterMember missing, boolean dead) {
    var seen = seen();
    var left = new TreeSet<Integer>();
    var silent = new TreeSet<Integer>();
    for (var member : members()) {
      if (member.isSilent()) {
        silent.add(processes.hostOf(member));
      } else if (member != missing && isIn(seen, member)) {
        left.add(processes.hostOf(member));
      }
    }
    left.removeAll(silent);
    return dead ? left.size() > silent.size() + 1 : 2 * left.size() > hosts;
  }

  private void awaitAllUp(Duration timeout) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + timeout.toNanos();
    while (!members().stream().allMatch(this::isSeen)) {
      if (runtime().isClosed()) {
        throw new TimeoutException(
            "The driver was removed from its cluster before all nodes were up" + REMOVED_WHY);
      }
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("Not all nodes are up after " + timeout + ": "
            + runtime().nodes().stream()
                .map(node -> node.name() + " " + node.state())
                .toList());
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }

  /** Returns whether the driver sees the member's present incarnation, idle. */
  private boolean isSeen(ClusterMember member) {
    var id = member.id();
    return id.isPresent()
        && seen().stream()
            .anyMatch(node -> node.id().equals(id.get())
                && node.state() == NodeInfo.State.ALIVE
                && node.total().equals(node.available())
                && node.total().amount("CPU") > 0);
  }

  /**
   * Waits, after all plans and all work have ended, until the state of the cluster is that of its
   * start.
   *
   * @return the differences after the timeout; empty if there are none
   */
  public List<Violation> awaitIdle(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    var wanted = Objects.requireNonNull(start, NOT_UP);
    while (true) {
      if (runtime().isClosed()) {
        return List.of(new Violation(
            Violation.Rule.NODE_ENDED,
            "driver",
            "it was removed from its cluster, and closed" + REMOVED_WHY));
      }
      var left = ClusterState.of(runtime()).differencesFrom(wanted);
      if (left.isEmpty() || System.nanoTime() - end > 0) {
        return left;
      }
      ClusterState.collectGarbage(runtime());
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }

  /**
   * Closes the driver, asks all nodes to leave, and checks for leftovers.
   *
   * @return a violation for each node that did not leave when asked, and for each file left in a
   *     store
   */
  public List<Violation> leave() throws IOException {
    runtime().close();
    return processes.leave();
  }

  /** Ends all processes; the content of the folder stays. */
  @Override
  public synchronized void close() {
    processes.kill();
    if (driver != null) {
      driver.close();
    }
    if (Thread.currentThread() != hook) {
      removeHook();
    }
    try {
      processes.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "A namespace or a file system is left that could not be removed", e);
    }
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return; // the hook is running, and waits for this method
    }
  }
}
