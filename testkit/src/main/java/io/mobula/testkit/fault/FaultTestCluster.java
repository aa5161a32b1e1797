package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeInfo;
import io.mobula.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
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

  private final Builder builder;
  private final List<String> addresses = new ArrayList<>();
  private final List<ClusterMember> members = new ArrayList<>();
  private HostNetwork network = HostNetwork.loopback();

  /** Nodes end with this JVM by themselves; namespaces and file systems do not. */
  private final Thread hook = new Thread(this::close, "fault-test-cluster-end");

  private boolean mounted;
  private @Nullable MobulaRuntime driver;
  private @Nullable ClusterState start;

  private FaultTestCluster(Builder builder) {
    this.builder = builder;
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
    return DiskFaults.whyNot();
  }

  /** The choices before a cluster starts. For one thread. */
  public static final class Builder {
    private final Path folder;
    private Path stores;
    private int nodes = 4;
    private int hosts = 4;
    private boolean partitions;
    private boolean spills;
    private long diskBytes;
    private FrameFaults frames = FrameFaults.NONE;
    private Settings settings = Mobula.settings().cpus(2).storeCapacity(32L << 20);
    private List<String> flags = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

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
    var logs = Files.createDirectories(builder.folder.resolve("logs"));
    Runtime.getRuntime().addShutdownHook(hook);
    if (builder.partitions) {
      network = NamespaceNetwork.create(builder.hosts);
    }
    if (builder.diskBytes > 0) {
      Files.createDirectories(builder.stores);
      DiskFaults.mount(builder.stores, builder.diskBytes);
      mounted = true;
    }
    for (int i = 0; i <= builder.nodes; i++) {
      addresses.add(network.freeAddress(hostOf(i), i));
      Files.createDirectories(store(i));
      Files.createDirectories(spilled(i));
    }
    for (int i = 0; i < builder.nodes; i++) {
      int node = i;
      var log = logs.resolve("node-" + i + ".log");
      members.add(ClusterMember.start(
          i,
          process -> settingsOf(node, node > 0 || process > 1),
          plan -> plan.flags(builder.flags).under(network.launcher(hostOf(node))),
          log));
      if (i == 0) {
        members.getFirst().awaitUp(); // alone it forms the cluster, which the others join
      }
    }
    driver = Mobula.init(
        settingsOf(builder.nodes, true).set("mobula.cluster.role", "driver").nodeName("driver"));
    awaitAllUp(START);
    start = ClusterState.of(runtime());
  }

  private Path store(int node) {
    return builder.stores.resolve("host-" + hostOf(node));
  }

  private Path spilled(int node) {
    return builder.folder.resolve("spilled").resolve("node-" + node);
  }

  private int hostOf(int node) {
    return node == builder.nodes ? builder.hosts : node % builder.hosts;
  }

  private Settings settingsOf(int node, boolean joins) {
    var address = addresses.get(node);
    int colon = address.indexOf(':');
    var settings = FaultyParcelSerializer.in(network.settings(builder.settings), builder.frames)
        .set("mobula.cluster.host", address.substring(0, colon))
        .set("mobula.store.share-host", "host-" + hostOf(node))
        .set("mobula.cluster.join-timeout", "60s")
        .storeDirectory(store(node))
        .nodeName("node-" + node)
        .listen(Integer.parseInt(address.substring(colon + 1)));
    if (builder.spills) {
      settings = settings.spillTo(spilled(node));
    }
    return joins ? settings.join(seedsOf(node)) : settings;
  }

  /** Everybody else, the driver first, since that one lives. */
  private String[] seedsOf(int node) {
    return IntStream.rangeClosed(0, builder.nodes)
        .map(i -> builder.nodes - i)
        .filter(i -> i != node)
        .mapToObj(addresses::get)
        .toArray(String[]::new);
  }

  /**
   * Fills the file system of the stores.
   *
   * @return the file that has taken the room
   */
  Path fillStoreDisk() throws IOException {
    if (!mounted) {
      throw new UnsupportedOperationException(
          "Wanted the stores' file system full: the cluster was not built with storeDisk()");
    }
    var file = builder.stores.resolve("competitor");
    DiskFaults.fill(file);
    return file;
  }

  /** Damages what a node has spilled, and tells how many files that were. */
  int damageSpilled(ClusterMember member) throws IOException {
    return DiskFaults.damage(spilled(member.index()));
  }

  /** From now on nothing that the host of a node sends arrives at other hosts. */
  void cut(ClusterMember member, boolean oneWay) throws IOException {
    int host = hostOf(member.index());
    for (int other = 0; other <= builder.hosts; other++) {
      if (other != host) {
        network.cut(host, other);
        if (!oneWay) {
          network.cut(other, host);
        }
      }
    }
  }

  /** It arrives again. */
  void mend(ClusterMember member, boolean oneWay) throws IOException {
    int host = hostOf(member.index());
    for (int other = 0; other <= builder.hosts; other++) {
      if (other != host) {
        network.mend(host, other);
        if (!oneWay) {
          network.mend(other, host);
        }
      }
    }
  }

  /** The nodes of a node's host, itself included. */
  List<ClusterMember> ofSameHost(ClusterMember member) {
    return members.stream()
        .filter(each -> hostOf(each.index()) == hostOf(member.index()))
        .toList();
  }

  /** The driver. */
  public MobulaRuntime runtime() {
    return Objects.requireNonNull(driver, "The cluster is not up");
  }

  /** The nodes, in order. */
  public List<ClusterMember> members() {
    return List.copyOf(members);
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
  public long up() {
    var seen = seen();
    return members.stream().filter(member -> isIn(seen, member)).count();
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
    for (var member : members) {
      if (member.isSilent()) {
        silent.add(hostOf(member.index()));
      } else if (member != missing && isIn(seen, member)) {
        left.add(hostOf(member.index()));
      }
    }
    left.removeAll(silent);
    return dead ? left.size() > silent.size() + 1 : 2 * left.size() > builder.hosts;
  }

  private void awaitAllUp(Duration limit) throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + limit.toNanos();
    while (!members.stream().allMatch(this::isSeen)) {
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
  public List<Violation> awaitRest(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    var wanted = Objects.requireNonNull(start, "The cluster is not up");
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
    var found = new ArrayList<Violation>();
    runtime().close();
    for (var member : members) {
      var how = member.leave();
      if (how != io.mobula.internal.process.ChildJvm.End.ASKED) {
        found.add(new Violation(
            Violation.Rule.LEFT_OVER, member.name(), "asked to leave it ended so: " + how));
      }
    }
    for (var folder : List.of(builder.stores, builder.folder.resolve("spilled"))) {
      try (var files = Files.walk(folder)) {
        files
            .filter(Files::isRegularFile)
            .forEach(file ->
                found.add(new Violation(Violation.Rule.LEFT_OVER, "files", file + " is left")));
      }
    }
    return List.copyOf(found);
  }

  /** Ends everything; what is in the folder stays. */
  @Override
  public synchronized void close() {
    members.forEach(ClusterMember::close);
    if (driver != null) {
      driver.close();
    }
    if (Thread.currentThread() != hook) {
      removeHook();
    }
    try {
      network.close();
      if (mounted) {
        mounted = false;
        DiskFaults.unmount(builder.stores);
      }
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
