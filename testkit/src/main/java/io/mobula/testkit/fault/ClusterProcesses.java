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
 * The processes of a cluster under faults that are not this JVM, with their hosts, disks and
 * clocks, and what a fault does to these. For one thread at a time; what faults do, for all.
 */
final class ClusterProcesses implements AutoCloseable {
  private static final String KILLED_DRIVER = "killed-driver";
  private static final int DRIVERS = 2;
  private static final String NOT_UP = "The cluster is not up";

  private final FaultTestCluster.Builder builder;
  private final Path logs;
  private final List<ClusterMember> nodes = new ArrayList<>();
  private final List<ClusterMember> drivers = new ArrayList<>();
  private @Nullable ClusterHosts hosts;
  private @Nullable ClusterDisks disks;
  private @Nullable ClockShift clocks;

  ClusterProcesses(FaultTestCluster.Builder builder) {
    this.builder = builder;
    this.logs = builder.folder.resolve("logs");
  }

  /** Makes what they need, starts the nodes and waits for the first. */
  void startNodes() throws IOException {
    Files.createDirectories(logs);
    hosts = ClusterHosts.create(builder.nodes, DRIVERS, builder.hosts, builder.partitions);
    disks = ClusterDisks.create(
        builder.stores,
        builder.folder.resolve("spilled"),
        builder.diskBytes,
        builder.spillDiskBytes);
    if (builder.clocks) {
      clocks = ClockShift.create(builder.folder.resolve("clocks"));
    }
    for (int i = 0; i < builder.nodes; i++) {
      int node = i;
      var name = "node-" + i;
      var plan = WorkerMain.plan(name).flags(builder.flags).under(launcher(i, name));
      nodes.add(ClusterMember.start(
          i, plan, process -> settings(node, name, node > 0 || process > 1), logs));
      if (i == 0) {
        nodes.getFirst().awaitUp(); // alone it forms the cluster, which the others join
      }
    }
  }

  /** Starts the driver that is not this JVM, if there is to be one, and waits for it. */
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

  /** Those of the driver in this JVM. */
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

  /** The nodes, in order. */
  List<ClusterMember> nodes() {
    return List.copyOf(nodes);
  }

  /** The drivers. */
  List<ClusterMember> drivers() {
    return List.copyOf(drivers);
  }

  /** Nodes and drivers. */
  List<ClusterMember> all() {
    var all = new ArrayList<>(nodes);
    all.addAll(drivers);
    return all;
  }

  /** The number of a node's host. */
  int hostOf(ClusterMember member) {
    return hosts().hostOf(member.index());
  }

  /** The nodes of a node's host, itself included. */
  List<ClusterMember> ofSameHost(ClusterMember member) {
    return nodes.stream().filter(each -> hostOf(each) == hostOf(member)).toList();
  }

  /** The file system of the stores, to be filled. */
  TestFileSystem storeDisk() {
    return disks().storeDisk();
  }

  /** Damages what a node has spilled, and tells how many files that were. */
  int damageSpilled(ClusterMember member) throws IOException {
    return disks().damageSpilled(member.index());
  }

  /** From now on the wall clock of a node is so much ahead. */
  void setClock(ClusterMember member, Duration ahead) throws IOException {
    if (clocks == null) {
      throw new UnsupportedOperationException(
          "Wanted the clock of " + member.name() + " set: the cluster was not built with clocks()");
    }
    clocks.set(member.name(), ahead);
  }

  /** From now on nothing that the host of a node sends arrives at other hosts. */
  void cut(ClusterMember member, boolean oneWay) throws IOException {
    hosts().cut(member.index(), oneWay);
  }

  /** It arrives again. */
  void heal(ClusterMember member, boolean oneWay) throws IOException {
    hosts().heal(member.index(), oneWay);
  }

  /**
   * Asks the drivers to end, each when it is up again: as it starts it removes what the process
   * before has left. A violation for each that did not end so.
   */
  List<Violation> endDrivers() {
    var found = new ArrayList<Violation>();
    for (var driver : drivers) {
      var end = driver.restartIfEnded();
      if (end != null && end.reason() == null) {
        found.add(new Violation(Violation.Rule.NODE_ENDED, driver.name(), end.toString()));
      }
      driver.awaitUp();
      leave(driver, found);
    }
    return List.copyOf(found);
  }

  /** Asks all nodes to leave; a violation for each that did not, and for each file that is left. */
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

  /** Ends all at once. */
  void kill() {
    all().forEach(ClusterMember::close);
  }

  /** Takes back namespaces and file systems, when all have ended. */
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
