package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import io.mobula.jmh.QuantityFormat;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * From {@code kill -9} of a node to what others know of it, and to its task running elsewhere. One
 * node stays; the other is a new process in each round, so that clusters are started and closed
 * once and not in each round.
 */
final class AfterKill {
  private static final Duration START = Duration.ofMinutes(2);

  private final Series known = Series.time("Mobula");
  private final Series again = Series.time("Mobula");
  private final LocalCluster cluster;
  private final Scratch scratch;

  private AfterKill(LocalCluster cluster, Scratch scratch) {
    this.cluster = cluster;
    this.scratch = scratch;
  }

  static Table measure(ClusterBench.Request request, PrintStream progress) throws Exception {
    try (var scratch = Scratch.onDisk();
        var cluster = StartUps.throwaway(1).cpusPerNode(2).start()) {
      var bench = new AfterKill(cluster, scratch);
      var pace = new Pace("kill", request.rounds(), progress);
      while (pace.next()) {
        bench.round(pace);
      }
      return bench.table();
    }
  }

  private Table table() {
    return new Table(
        "kill",
        "two nodes and a driver, processes of one host; one node is killed as kill -9 does.",
        List.of(
            Line.of("from kill -9 until the driver knows that the node has left", known),
            Line.of(
                "from kill -9 until its task runs again on the other node of the host", again)));
  }

  private void round(Pace pace) throws Exception {
    var victim = ChildJvm.start(WorkerMain.plan("victim"), (stream, line) -> {});
    try (victim) {
      victim.sendLine(WorkerMain.settingsLine(Mobula.settings()
          .join(cluster.nodes().getFirst().address())
          .set("mobula.cluster.join-timeout", START.toSeconds() + "s")
          .cpus(2)
          .storeCapacity(64 << 20)));
      var id = victim.awaitReady(START).node();
      kill(victim, id, scratch.path().resolve("running-" + pace.round()).toString());
    }
    pace.tell("known after " + QuantityFormat.time(known.rounds().getLast()) + ", runs again after "
        + QuantityFormat.time(again.rounds().getLast()));
  }

  private void kill(ChildJvm victim, NodeId id, String running) throws Exception {
    var runtime = cluster.runtime();
    Await.until("the driver knew what the node has", () -> offers(runtime, id));
    var task = runtime
        .task(Work::hangOnce, running)
        .placement(Placement.preferring(id))
        .remote();
    Await.until("the task ran", () -> Files.exists(Path.of(running)));
    long epoch = Work.epochNanos();
    long start = System.nanoTime();
    victim.kill();
    Await.until(
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
