package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeInfo;
import io.mobula.Settings;
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
 * A cluster whose nodes are processes that a {@link FaultPlan} harms, and a driver in this JVM,
 * which it spares. Nodes stand for hosts: each has an address of its own in 127.0.0.0/8, and shares
 * memory only with those of its host. They end with this JVM.
 *
 * <pre>{@code
 * try (var cluster = FaultTestCluster.builder(folder).nodes(4).start();
 *     var history = History.in(folder.resolve("history"))) {
 *   try (var faults = cluster.inject(plan, history)) {
 *     ... work with cluster.runtime(), recorded in the history ...
 *     faults.await();
 *   }
 *   assertThat(cluster.awaitRest(Duration.ofMinutes(1))).isEmpty();
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

  private final int hosts;
  private final ClusterProcesses processes;

  /** Nodes end with this JVM by themselves; namespaces and file systems do not. */
  private final Thread hook = new Thread(this::close, "fault-test-cluster-end");

  private @Nullable MobulaRuntime driver;
  private @Nullable ClusterState start;

  private FaultTestCluster(Builder builder) {
    this.hosts = builder.hosts;
    this.processes = new ClusterProcesses(builder);
  }

  /**
   * What a cluster is made of: by default four nodes, each a host.
   *
   * @param folder where logs go, in {@code logs}, and what nodes share, in {@code stores}
   */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /** Why {@link Builder#partitions} cannot be had on this machine, or empty if it can. */
  public static Optional<String> whyNoPartitions() {
    return NamespaceNetwork.whyNot();
  }

  /** Why {@link Builder#storeDisk} cannot be had on this machine, or empty if it can. */
  public static Optional<String> whyNoStoreDisk() {
    return TestFileSystem.whyNot();
  }

  /** Why {@link Builder#clocks} cannot be had on this machine, or empty if it can. */
  public static Optional<String> whyNoClocks() {
    return ClockShift.whyNot();
  }

  /** The choices before a cluster starts. For one thread. */
  public static final class Builder {
    final Path folder;
    Path stores;
    int nodes = 4;
    int hosts = 4;
    boolean partitions;
    boolean spills;
    boolean clocks;
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

    /** How many nodes, each a host of its own until told otherwise. */
    public Builder nodes(int count) {
      if (count < 1 || count > 100) {
        throw new IllegalArgumentException(
            "Wanted " + count + " nodes: from 1 to 100 are possible");
      }
      nodes = count;
      hosts = count;
      return this;
    }

    /** Over how many hosts they are dealt out; those of a host share memory. */
    public Builder hosts(int count) {
      if (count < 1 || count > nodes) {
        throw new IllegalArgumentException("Wanted " + count + " hosts for " + nodes + " nodes");
      }
      hosts = count;
      return this;
    }

    /** What each node and the driver are told; address, seeds, name and role are set. */
    public Builder settings(Settings changed) {
      settings = Objects.requireNonNull(changed, "settings");
      return this;
    }

    /** Where stores are: a folder in shared memory; {@code stores} of the folder by default. */
    public Builder stores(Path directory) {
      stores = Objects.requireNonNull(directory, "stores");
      return this;
    }

    /**
     * Makes each host a network namespace of Linux, so that {@link Fault.Partition} is possible.
     * Wants root; {@link #start} fails where it cannot be.
     */
    public Builder partitions() {
      partitions = true;
      return this;
    }

    /** Gives each node a folder to spill to. */
    public Builder spilling() {
      spills = true;
      return this;
    }

    /**
     * Makes the folder of the stores a file system of that size, so that it can be full and
     * {@link Fault.FillStoreDisk} is possible. Wants root; {@link #start} fails where it cannot be.
     */
    public Builder storeDisk(long bytes) {
      diskBytes = bytes;
      return this;
    }

    /**
     * As {@link #spilling}, and makes the folder of all spill folders a file system of that size,
     * which is full when that much is spilled. Wants root; {@link #start} fails where it cannot be.
     */
    public Builder spillDisk(long bytes) {
      spills = true;
      spillDiskBytes = bytes;
      return this;
    }

    /**
     * Gives each node a wall clock of its own, so that {@link Fault.ClockJump} is possible. Wants
     * Linux and a C compiler {@code cc}; {@link #start} fails where it cannot be.
     */
    public Builder clocks() {
      clocks = true;
      return this;
    }

    /**
     * Starts a second driver, in a process of its own beside this JVM, for
     * {@link Fault.KillDriver}.
     *
     * @param does what it does each time it is started
     * @param with what it is given
     */
    public Builder killedDriver(Class<? extends DriverProgram> does, String... with) {
      program = Objects.requireNonNull(does, "does");
      arguments = List.of(with);
      return this;
    }

    /** What happens to frames between hosts all the time; nothing by default. */
    public Builder frames(FrameFaults faults) {
      frames = Objects.requireNonNull(faults, "faults");
      return this;
    }

    /** Flags of the nodes' JVMs, in place of a small heap and a serial collector. */
    public Builder flags(String... all) {
      flags = List.of(all);
      return this;
    }

    /**
     * Starts the nodes and the driver, and returns when all are members and idle.
     *
     * @throws IOException when a folder or a log cannot be made
     * @throws TimeoutException when it does not come up
     */
    public FaultTestCluster start() throws IOException, InterruptedException, TimeoutException {
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

  /** What is not this JVM, and where all of it is. */
  ClusterProcesses processes() {
    return processes;
  }

  /** The driver. */
  public MobulaRuntime runtime() {
    return Objects.requireNonNull(driver, NOT_UP);
  }

  /** The nodes, in order. */
  public List<ClusterMember> members() {
    return processes.nodes();
  }

  /**
   * Asks the drivers that are not this JVM to end, when no plan is under way any more.
   *
   * @return a violation for each that did not when it was asked
   */
  public List<Violation> endDrivers() {
    return processes.endDrivers();
  }

  /**
   * Begins to carry out a plan, and from now on starts nodes again that have ended.
   *
   * @param history where the outcomes of harmful tasks are recorded
   * @throws IllegalArgumentException when the plan is for more nodes than there are
   */
  public FaultInjection inject(FaultPlan plan, History history) {
    return FaultInjection.begin(this, plan, history);
  }

  /** How many nodes are members now, as the driver sees it; none when it is closed itself. */
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
   * Whether the cluster promises to survive that a node is missing, too, as far as the driver sees:
   * a majority of the hosts is left where it falls silent, and more hosts than are silent where it
   * is dead, which counts for nothing.
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

  private void awaitAllUp(Duration limit) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (!members().stream().allMatch(this::isSeen)) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("Not all nodes are up after " + limit + ": "
            + runtime().nodes().stream()
                .map(node -> node.name() + " " + node.state())
                .toList());
      }
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
    }
  }

  /** Whether the driver sees its present incarnation, idle. */
  private boolean isSeen(ClusterMember member) {
    var id = member.id();
    return id.isPresent()
        && runtime().nodes().stream()
            .anyMatch(node -> node.id().equals(id.get())
                && node.state() == NodeInfo.State.ALIVE
                && node.total().equals(node.available())
                && node.total().amount("CPU") > 0);
  }

  /**
   * Waits, when no plan and no work is under way any more, until everything is as it was when the
   * cluster had started.
   *
   * @return what is not, after the limit; empty when all is
   */
  public List<Violation> awaitIdle(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    var wanted = Objects.requireNonNull(start, NOT_UP);
    while (true) {
      if (runtime().isClosed()) {
        return List.of(new Violation(
            Violation.Rule.NODE_ENDED, "driver", "it was removed from its cluster, and closed"));
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
   * Closes the driver, asks all nodes to leave, and looks at what is left of them.
   *
   * @return a violation for each node that did not leave when it was asked, and each file that is
   *     left in a store
   */
  public List<Violation> leave() throws IOException {
    runtime().close();
    return processes.leave();
  }

  /** Ends everything; what is in the folder stays. */
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
      return; // it runs, and waits for this
    }
  }
}
