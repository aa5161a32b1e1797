package io.mobula.cli;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.info.PeerChannelInfo;
import io.mobula.placement.Resources;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula status}, which shows what a cluster has, what is in use, and what waits.
 */
@Command(
    name = "status",
    description =
        "Shows the nodes of a cluster, what they have and what is in use, and what waits and why.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Duration DESCRIBING = Duration.ofSeconds(5);

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:" + StartCommand.HEAD_PORT,
      converter = HostAndPort.Converter.class,
      description = "A node of the cluster (${DEFAULT-VALUE}).")
  private HostAndPort address;

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long the cluster may take to answer (${DEFAULT-VALUE}).")
  private int timeout;

  /** Connects as a driver, asks for the status, and disconnects. */
  @Override
  public Integer call() throws InterruptedException {
    var settings =
        Mobula.settings().storeCapacity(1 << 20).set("mobula.cluster.join-timeout", timeout + "s");
    try (var runtime = Mobula.connect(address.toString(), settings)) {
      var status = read(runtime);
      var out = spec.commandLine().getOut();
      if (json) {
        out.println(status.json());
      } else {
        StatusTable.print(status, out);
      }
      out.flush();
      return ExitCode.DONE;
    }
  }

  /**
   * Waits until all nodes have reported their resources to this process, which has just joined, or
   * for some seconds. Returns the nodes.
   */
  static List<NodeInfo> awaitDescribedNodes(MobulaRuntime runtime) throws InterruptedException {
    long end = System.nanoTime() + DESCRIBING.toNanos();
    var nodes = runtime.nodes();
    while (!nodes.stream().allMatch(StatusCommand::isDescribed) && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(50);
      nodes = runtime.nodes();
    }
    return nodes;
  }

  private static boolean isDescribed(NodeInfo node) {
    return node.state() == NodeInfo.State.UNREACHABLE || node.store().capacityBytes() > 0;
  }

  private static ClusterStatus read(MobulaRuntime runtime) throws InterruptedException {
    var nodes = awaitDescribedNodes(runtime);
    var lanes = lanes(runtime);
    return new ClusterStatus(
        runtime.clusterName(),
        nodes.stream()
            .filter(node -> !node.id().equals(runtime.nodeId()))
            .sorted(Comparator.comparing(NodeInfo::role)
                .thenComparing(NodeInfo::host)
                .thenComparing(NodeInfo::address))
            .map(node -> node(node, lanes.getOrDefault(node.id(), Map.of())))
            .toList(),
        runtime.waiting().stream().map(StatusCommand::waiting).toList());
  }

  /**
   * Returns the lanes of each process by the other process's incarnation, without those to this
   * process, which is about to leave.
   */
  private static Map<NodeId, Map<String, ClusterStatus.Lane>> lanes(MobulaRuntime runtime) {
    return runtime.peerChannels().stream()
        .filter(lane -> !lane.to().equals(runtime.nodeId()))
        .collect(groupingBy(
            PeerChannelInfo::from, toMap(lane -> lane.to().toString(), StatusCommand::lane)));
  }

  private static ClusterStatus.Lane lane(PeerChannelInfo lane) {
    return new ClusterStatus.Lane(
        lowerCase(lane.kind()),
        amount(lane.sent()),
        amount(lane.received()),
        amount(lane.outstanding()));
  }

  /**
   * Returns the name of a constant as people and scripts read it, such as {@code shared memory}.
   */
  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static ClusterStatus.Amount amount(PeerChannelInfo.FrameTotals totals) {
    return new ClusterStatus.Amount(totals.frames(), totals.bytes());
  }

  private static ClusterStatus.Node node(NodeInfo node, Map<String, ClusterStatus.Lane> lanes) {
    return new ClusterStatus.Node(
        node.id().toString(),
        node.address(),
        node.host(),
        node.pid(),
        lowerCase(node.role()),
        new ClusterStatus.NodeResources(
            amounts(node.total(), node.total()), amounts(node.total(), node.available())),
        new ClusterStatus.Store(node.store().capacityBytes(), node.store().usedBytes()),
        lanes);
  }

  private static ClusterStatus.PendingWork waiting(MobulaRuntime.WaitingWork waiting) {
    return new ClusterStatus.PendingWork(
        waiting.what(), amounts(waiting.wants(), waiting.wants()), waiting.why());
  }

  /**
   * Returns the amount of every resource that {@code names} has, including zeros that
   * {@code resources} leaves out.
   */
  private static Map<String, Number> amounts(Resources names, Resources resources) {
    var amounts = new LinkedHashMap<String, Number>();
    for (var name : names.asUnits().keySet()) {
      amounts.put(
          name,
          name.equals(Resources.MEMORY)
              ? (Number) resources.units(name)
              : (Number) resources.amount(name));
    }
    return amounts;
  }
}
