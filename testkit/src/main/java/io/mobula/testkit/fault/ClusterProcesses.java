package io.mobula.testkit.fault;

import io.mobula.Settings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Processes of a cluster under faults outside this JVM, with their hosts, disks and clocks, and the
 * effects of faults on these. Starting and closing are for one thread at a time; methods for faults
 * are safe for all threads.
 */
final class ClusterProcesses implements AutoCloseable {
  private static final String KILLED_DRIVER = "killed-driver";
  private static final String TRANSPORT_THREAD = "mobula-transport";
  private static final int DRIVERS = 2;
  private static final String NOT_UP = "The cluster is not up";

  private final FaultTestCluster.Builder builder;
  private final Path logs;
  private final List<ClusterMember> nodes = new ArrayList<>();
  private final List<ClusterMember> drivers = new ArrayList<>();
  private @Nullable ClusterHosts hosts;
  private @Nullable ClusterDisks disks;
  private @Nullable ClockShift clocks;
  private @Nullable ThreadPauses pauses;

  ClusterProcesses(FaultTestCluster.Builder builder) {
    this.builder = builder;
    this.logs = builder.folder.resolve("logs");
  }

  /** Creates hosts, disks and clocks, starts the nodes and waits for the first. */
  void startNodes() throws IOException {
    Files.createDirectories(logs);
    hosts = ClusterHosts.create(builder, DRIVERS);
    disks = ClusterDisks.create(
        builder.stores,
        builder.folder.resolve("spilled"),
        builder.diskBytes,
        builder.spillDiskBytes);
    if (builder.clocks) {
      clocks = ClockShift.create(builder.folder.resolve("clocks"));
    }
    if (builder.transportPauses) {
      pauses = ThreadPauses.create(builder.folder.resolve("pauses"));
    }
    for (int i = 0; i < builder.nodes; i++) {
      int node = i;
      var name = "node-" + i;
      var plan = WorkerMain.plan(name).flags(builder.flags).under(launcher(i, name));
      nodes.add(ClusterMember.start(
          i, plan, process -> settings(node, name, node > 0 || process > 1), logs));
      if (i == 0) {
        nodes.getFirst().awaitUp(); // the first node forms the cluster, which the others join
      }
    }
  }

  /** Starts the driver outside this JVM, if there is one, and waits for it. */
  void startDrivers() throws IOException {
    var program = builder.program;
    if (program == null) {
      return;
    }
    int index = builder.nodes + 1;
    var plan = DriverMain.plan(KILLED_DRIVER, program, builder.arguments)
        .flags(builder.flags)
        .under(hosts().launcher(index));
    drivers.add(
        ClusterMember.start(index, plan, process -> driverSettings(index, KILLED_DRIVER), logs));
    drivers.getFirst().awaitUp();
  }

  private ClusterHosts hosts() {
    return Objects.requireNonNull(hosts, NOT_UP);
  }

  private ClusterDisks disks() {
    return Objects.requireNonNull(disks, NOT_UP);
  }

  private List<String> launcher(int node, String name) throws IOException {
    var launcher = new ArrayList<>(hosts().launcher(node));
    if (clocks != null) {
      launcher.addAll(clocks.launcher(name));
    }
    return launcher;
  }

  /** Returns the settings of the driver in this JVM. */
  Settings driverSettings() {
    return driverSettings(builder.nodes, "driver");
  }

  private Settings driverSettings(int process, String name) {
    return settings(process, name, true).set("mobula.cluster.role", "driver");
  }

  private Settings settings(int process, String name, boolean joins) {
    var common = FaultyFrameSerializer.configure(builder.settings, builder.frames)
        .set("mobula.cluster.join-timeout", "60s")
        .nodeName(name);
    try {
      var settings = hosts()
          .settings(common, process, joins)
          .storeDirectory(disks().storeFolder(hosts().hostOf(process)));
      return builder.spills ? settings.spillTo(disks().spillFolder(process)) : settings;
    } catch (IOException e) {
      throw new UncheckedIOException("No folder for " + name, e);
    }
  }

  /** Returns the nodes in order. */
  List<ClusterMember> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the drivers outside this JVM. */
  List<ClusterMember> drivers() {
    return List.copyOf(drivers);
  }

  /** Returns nodes and drivers. */
  List<ClusterMember> all() {
    var all = new ArrayList<>(nodes);
    all.addAll(drivers);
    return all;
  }

  /** Returns the number of a node's host. */
  int hostOf(ClusterMember member) {
    return hosts().hostOf(member.index());
  }

  /** Returns the nodes on a node's host, including the node. */
  List<ClusterMember> ofSameHost(ClusterMember member) {
    return nodes.stream().filter(each -> hostOf(each) == hostOf(member)).toList();
  }

  /** Returns the file system of the stores, so that it can be filled. */
  TestFileSystem storeDisk() {
    return disks().storeDisk();
  }

  /** Damages the spilled files of a node, and returns their number. */
  int damageSpilled(ClusterMember member) throws IOException {
    return disks().damageSpilled(member.index());
  }

  /** Sets the offset of a node's wall clock. */
  void setClock(ClusterMember member, Duration ahead) throws IOException {
    if (clocks == null) {
      throw new UnsupportedOperationException(
          "Wanted the clock of " + member.name() + " set: the cluster was not built with clocks()");
    }
    clocks.set(member.name(), ahead);
  }

  /**
   * Pauses the thread by which a node reads frames, and returns when it goes on; returns false if
   * the node is not up.
   */
  boolean pauseTransport(ClusterMember member, Duration length) throws IOException {
    if (pauses == null) {
      throw new UnsupportedOperationException("Wanted the transport of " + member.name()
          + " paused: the cluster was not built with transportPauses()");
    }
    return pauses.pause(member.pid(), TRANSPORT_THREAD, length);
  }

  /** Returns the proxy before a node. */
  ConnectionProxy proxyOf(ClusterMember member) {
    return hosts().proxyOf(member.index());
  }

  /** Returns all proxies; none if the cluster was built without. */
  List<ConnectionProxy> proxies() {
    return hosts == null ? List.of() : hosts.proxies();
  }

  /**
   * Cuts the connections of a node's host to all other hosts, only outgoing ones if {@code oneWay}.
   */
  void cut(ClusterMember member, boolean oneWay) throws IOException {
    hosts().cut(member.index(), oneWay);
  }

  /** Restores the connections of a node's host. */
  void heal(ClusterMember member, boolean oneWay) throws IOException {
    hosts().heal(member.index(), oneWay);
  }

  /** Returns the next node that is on another host. */
  ClusterMember nextOnAnotherHost(ClusterMember member) {
    for (int i = 1; i < nodes.size(); i++) {
      var next = nodes.get((member.index() + i) % nodes.size());
      if (hostOf(next) != hostOf(member)) {
        return next;
      }
    }
    throw new IllegalArgumentException("All nodes are on the host of " + member.name());
  }

  /** Cuts the connections between the hosts of two nodes. */
  void cutBetween(ClusterMember one, ClusterMember other) throws IOException {
    hosts().cutBetween(one.index(), other.index());
  }

  /** Restores the connections between the hosts of two nodes. */
  void healBetween(ClusterMember one, ClusterMember other) throws IOException {
    hosts().healBetween(one.index(), other.index());
  }

  /**
   * Asks the drivers to end, each after it has restarted: as it starts, it removes the leftovers of
   * its previous process. Returns a violation for each driver that did not end when asked.
   */
  List<Violation> endDrivers() {
    var found = new ArrayList<Violation>();
    for (var driver : drivers) {
      var end = driver.restartIfEnded();
      if (end != null && end.reason() == null) {
        found.add(new Violation(Violation.Rule.NODE_ENDED, driver.name(), end.withLastLines()));
      }
      driver.awaitUp();
      leave(driver, found);
    }
    return List.copyOf(found);
  }

  /**
   * Asks all nodes to leave, and returns a violation for each that did not, and for each file that
   * is left over.
   */
  List<Violation> leave() throws IOException {
    var found = new ArrayList<Violation>();
    nodes.forEach(each -> leave(each, found));
    found.addAll(disks().leftoverFiles());
    return List.copyOf(found);
  }

  private static void leave(ClusterMember member, List<Violation> found) {
    var how = member.leave();
    if (how != ChildJvm.EndKind.ON_REQUEST) {
      found.add(new Violation(
          Violation.Rule.NOT_RESTORED, member.name(), "asked to leave it ended so: " + how));
    }
  }

  /** Kills all processes at once. */
  void kill() {
    all().forEach(ClusterMember::close);
  }

  /** Removes namespaces and file systems, after all processes have ended. */
  @Override
  public void close() throws IOException {
    try {
      if (hosts != null) {
        hosts.close();
      }
    } finally {
      if (disks != null) {
        disks.close();
      }
    }
  }
}
