package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeInfo;
import io.mobula.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  private static final int FIRST_HOST = 2;
  private static final Duration START = Duration.ofMinutes(3);
  private static final long BETWEEN_LOOKS_MILLIS = 50;

  private final Builder builder;
  private final List<String> addresses = new ArrayList<>();
  private final List<ClusterMember> members = new ArrayList<>();
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

  /** The choices before a cluster starts. For one thread. */
  public static final class Builder {
    private final Path folder;
    private Path stores;
    private int nodes = 4;
    private int hosts = 4;
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
    for (int i = 0; i <= builder.nodes; i++) {
      addresses.add(freeAddress("127.0.0." + (FIRST_HOST + i)));
      Files.createDirectories(store(i));
    }
    for (int i = 0; i < builder.nodes; i++) {
      int node = i;
      var log = logs.resolve("node-" + i + ".log");
      members.add(ClusterMember.start(
          i, process -> settingsOf(node, node > 0 || process > 1), builder.flags, log));
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

  private int hostOf(int node) {
    return node == builder.nodes ? builder.hosts : node % builder.hosts;
  }

  private Settings settingsOf(int node, boolean joins) {
    var address = addresses.get(node);
    int colon = address.indexOf(':');
    var settings = builder
        .settings
        .set("mobula.cluster.host", address.substring(0, colon))
        .set("mobula.store.share-host", "host-" + hostOf(node))
        .set("mobula.cluster.join-timeout", "60s")
        .storeDirectory(store(node))
        .nodeName("node-" + node)
        .listen(Integer.parseInt(address.substring(colon + 1)));
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

  private static String freeAddress(String host) throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return host + ":" + socket.getLocalPort();
    }
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

  /** How many nodes are members now, as the driver sees it. */
  public long up() {
    return runtime().nodes().stream()
        .filter(node -> node.state() == NodeInfo.State.ALIVE && !node.role().equals("driver"))
        .count();
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
    for (int host = 0; host <= builder.hosts; host++) {
      try (var files = Files.walk(builder.stores.resolve("host-" + host))) {
        files
            .filter(Files::isRegularFile)
            .forEach(file ->
                found.add(new Violation(Violation.Rule.LEFT_OVER, "stores", "the file " + file)));
      }
    }
    return List.copyOf(found);
  }

  /** Ends everything; what is in the folder stays. */
  @Override
  public void close() {
    members.forEach(ClusterMember::close);
    if (driver != null) {
      driver.close();
    }
  }
}
