package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Time from {@code kill -9} of a node until the driver knows of its end, and until its task runs
 * elsewhere. One node stays for all rounds, and each round kills a new process, so that the cluster
 * is started and closed only once.
 */
final class NodeKillBench {
  private static final Duration START = Duration.ofMinutes(2);

  private final MeasurementSeries known = MeasurementSeries.time("Mobula");
  private final MeasurementSeries again = MeasurementSeries.time("Mobula");
  private final LocalCluster cluster;
  private final ScratchDirectory scratch;

  private NodeKillBench(LocalCluster cluster, ScratchDirectory scratch) {
    this.cluster = cluster;
    this.scratch = scratch;
  }

  static MeasuredTable measure(ClusterBench.Request request, PrintStream progress)
      throws Exception {
    try (var scratch = ScratchDirectory.onDisk();
        var cluster = StartUpBench.throwawayCluster(1).cpusPerNode(2).start()) {
      var bench = new NodeKillBench(cluster, scratch);
      var rounds = new RoundLimiter("kill", request.rounds(), progress);
      while (rounds.tryBeginRound()) {
        bench.round(rounds);
      }
      return bench.table();
    }
  }

  private MeasuredTable table() {
    return new MeasuredTable(
        "kill",
        "two nodes and a driver, processes of one host; one node is killed as kill -9 does.",
        List.of(
            MeasuredRow.of("from kill -9 until the driver knows that the node has left", known),
            MeasuredRow.of(
                "from kill -9 until its task runs again on the other node of the host", again)));
  }

  private void round(RoundLimiter rounds) throws Exception {
    var victim = ChildJvm.start(WorkerMain.plan("victim"), (stream, line) -> {});
    try (victim) {
      victim.sendLine(WorkerMain.settingsLine(Mobula.settings()
          .join(cluster.nodes().getFirst().address())
          .set("mobula.cluster.join-timeout", START.toSeconds() + "s")
          .cpus(2)
          .storeCapacity(64 << 20)));
      var id = victim.awaitReady(START).node();
      kill(victim, id, scratch.path().resolve("running-" + rounds.round()).toString());
    }
    rounds.reportRound("known after " + QuantityFormat.time(known.rounds().getLast())
        + ", runs again after " + QuantityFormat.time(again.rounds().getLast()));
  }

  private void kill(ChildJvm victim, NodeId id, String running) throws Exception {
    var runtime = cluster.runtime();
    PollingWait.pollUntil("the driver knew what the node has", () -> offers(runtime, id));
    var task = runtime
        .task(ClusterBenchTasks::hangOnce, running)
        .placement(Placement.preferring(id))
        .remote();
    PollingWait.pollUntil("the task ran", () -> Files.exists(Path.of(running)));
    long epoch = ClusterBenchTasks.epochNanos();
    long start = System.nanoTime();
    victim.kill();
    PollingWait.pollUntil(
        "the driver knew that the node had left",
        () -> runtime.nodes().stream().map(NodeInfo::id).noneMatch(id::equals));
    known.addNanos(System.nanoTime() - start);
    again.addNanos(task.get() - epoch);
  }

  private static boolean offers(MobulaRuntime runtime, NodeId id) {
    return runtime.nodes().stream()
        .anyMatch(node -> node.id().equals(id) && node.available().units(Resources.CPU) > 0);
  }
}
