package io.mobula.jmh.faults;

import io.mobula.Mobula;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.FrameFaults;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * What a run of the bench takes place in, drawn from its seed.
 *
 * @param request seed, time and nodes
 * @param hosts over how many hosts nodes are dealt out
 * @param partitions whether hosts are cut off from each other
 * @param frames what happens to frames all the time
 * @param spills whether stores are so small that values are spilled to disk
 */
record FaultSetting(
    FaultBench.Request request, int hosts, boolean partitions, FrameFaults frames, boolean spills) {
  private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(2);
  /**
   * All hosts are one machine here, which has hogs of other nodes' on it: as Akka's failure
   * detector cannot tell a slow host from one that is silent, it gets more patience than the usual
   * 5 s.
   */
  private static final String HEARTBEAT_PAUSE =
      "mobula.cluster.actor-system.akka.cluster.failure-detector.acceptable-heartbeat-pause";

  private static final long USUAL_STORE = 32L << 20;
  private static final long SMALL_STORE = 2L << 20;

  static FaultSetting draw(FaultBench.Request request, PrintStream progress) {
    var random = new Random(new SplittableRandom(request.seed()).nextLong());
    int hosts = request.nodes() - random.nextInt(2);
    boolean partitions = random.nextBoolean();
    var frames = random.nextBoolean() ? FrameFaults.some(request.seed()) : FrameFaults.NONE;
    boolean spills = random.nextInt(3) == 0;
    if (partitions) {
      var why = FaultTestCluster.whyNoPartitions();
      why.ifPresent(reason ->
          progress.println("faults: no partitions, as no namespaces can be made: " + reason));
      partitions = why.isEmpty();
    }
    return new FaultSetting(request, hosts, partitions, frames, spills);
  }

  FaultPlan plan() {
    var plan = FaultPlan.builder()
        .seed(request.seed())
        .nodes(request.nodes())
        .length(Duration.ofSeconds(request.seconds()))
        .interval(BETWEEN_FAULTS);
    if (partitions) {
      plan.weight(FaultPlan.Kind.PARTITION, 2).weight(FaultPlan.Kind.ONE_WAY_PARTITION, 2);
    }
    return plan.build();
  }

  FaultTestCluster.Builder cluster(Path folder, Path stores) {
    var cluster = FaultTestCluster.builder(folder)
        .stores(stores)
        .nodes(request.nodes())
        .hosts(hosts)
        .frames(frames)
        .settings(Mobula.settings()
            .cpus(2)
            .storeCapacity(spills ? SMALL_STORE : USUAL_STORE)
            .set(HEARTBEAT_PAUSE, "10s"));
    if (spills) {
      cluster.spilling();
    }
    return partitions ? cluster.partitions() : cluster;
  }

  @Override
  public String toString() {
    return hosts + " hosts, " + (partitions ? "with" : "without") + " partitions, frames "
        + (frames.equals(FrameFaults.NONE) ? "whole" : "lost, late and delayed") + ", stores of "
        + ((spills ? SMALL_STORE : USUAL_STORE) >> 20) + " MiB"
        + (spills ? " that spill" : "");
  }
}
