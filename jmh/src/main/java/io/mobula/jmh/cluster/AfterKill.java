package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.NodeInfo;
import io.mobula.Placement;
import java.nio.file.Files;
import java.util.List;

/** From {@code kill -9} of a node to what others know of it, and to its task running elsewhere. */
final class AfterKill {
  private final Series known = Series.time("Mobula");
  private final Series again = Series.time("Mobula");

  private AfterKill() {}

  static Table measure(ClusterBench.Request request) throws Exception {
    var bench = new AfterKill();
    for (int round = 0; round < request.rounds(); round++) {
      try (var scratch = Scratch.onDisk();
          var cluster = LocalCluster.builder().nodes(2).cpusPerNode(2).start()) {
        bench.round(cluster, scratch);
      }
    }
    return new Table(
        "kill",
        "two nodes and a driver on one host; one node is killed as kill -9 does.",
        List.of(
            Line.of("the driver knows that it has left", bench.known),
            Line.of("its task runs again on the other node", bench.again)));
  }

  private void round(LocalCluster cluster, Scratch scratch) throws Exception {
    var runtime = cluster.runtime();
    var victim = cluster.nodes().getFirst();
    var running = scratch.path().resolve("running");
    var task = runtime
        .task(Work::hangOnce, running.toString())
        .placement(Placement.preferring(victim.id()))
        .remote();
    Await.until("the task ran", () -> Files.exists(running));
    long epoch = Work.epochNanos();
    long start = System.nanoTime();
    ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly();
    Await.until(
        "the driver knew that the node had left",
        () -> runtime.nodes().stream().map(NodeInfo::id).noneMatch(victim.id()::equals));
    known.addNanos(System.nanoTime() - start);
    again.addNanos(task.get() - epoch);
  }
}
