package io.mobula.jmh.faults;

import io.mobula.Mobula;
import io.mobula.error.StoreFullException;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.FrameFaults;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Random setup of one run of the test, drawn from its seed.
 *
 * @param request seed, duration and number of nodes
 * @param hosts number of hosts over which nodes are distributed
 * @param partitions whether hosts are cut off from each other
 * @param frames faults of frames during the whole run
 * @param spills whether stores are so small that values are spilled to disk
 * @param killedDriver whether there is a second driver, which is killed
 * @param fullDisk whether the file system of the stores is full at times
 * @param fullSpillDisk whether the file system for spilled values is small
 * @param clocks whether wall clocks of nodes jump
 * @param transportPauses whether the threads that read frames are paused at times
 * @param proxies whether connections are reset, half-closed and slow at times
 */
record FaultBenchSetup(
    FaultBench.Request request,
    int hosts,
    boolean partitions,
    FrameFaults frames,
    boolean spills,
    boolean killedDriver,
    boolean fullDisk,
    boolean fullSpillDisk,
    boolean clocks,
    boolean transportPauses,
    boolean proxies) {
  /**
   * System property that turns on damage of spilled values. It is off by default, since a damaged
   * value may stay with its node until the node closes.
   */
  private static final String DAMAGE = "mobula.bench.damage-spilled";

  /** Folder, in the test's folder, with the histories of the killed driver. */
  static final String KILLED_DRIVER = "killed-driver";

  private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(2);
  /**
   * Key of Akka's heartbeat pause. All simulated hosts run on one machine, beside CPU hogs. Akka's
   * failure detector cannot tell a slow host from a silent one, so the pause is longer than the
   * usual 5 s, and longer still where other processes want the processors, too: with 22 for each
   * processor, heartbeats came 10 s late, and the driver was removed before the first fault.
   */
  private static final String HEARTBEAT_PAUSE =
      "mobula.cluster.actor-system.akka.cluster.failure-detector.acceptable-heartbeat-pause";

  private static final long USUAL_STORE = 32L << 20;
  private static final long SMALL_STORE = 2L << 20;
  private static final long SPILL_DISK = 4L << 20;
  private static final long DISK = 256L << 20;

  static FaultBenchSetup draw(FaultBench.Request request, PrintStream progress) {
    var random = new Random(new SplittableRandom(request.seed()).nextLong());
    int hosts = request.nodes() - random.nextInt(2);
    boolean partitions = random.nextBoolean();
    var frames = random.nextBoolean() ? FrameFaults.some(request.seed()) : FrameFaults.NONE;
    boolean spills = random.nextInt(3) == 0;
    boolean killedDriver = random.nextInt(3) == 0;
    boolean fullDisk = random.nextInt(3) == 0;
    boolean fullSpillDisk = random.nextBoolean();
    boolean clocks = random.nextInt(3) == 0;
    boolean transportPauses = random.nextInt(3) == 0;
    boolean proxies = random.nextInt(2) == 0 && !partitions;
    return new FaultBenchSetup(
        request,
        hosts,
        partitions && has("partitions", FaultTestCluster::whyNoPartitions, progress),
        frames,
        spills,
        killedDriver,
        fullDisk && has("full disk", FaultTestCluster::whyNoStoreDisk, progress),
        spills
            && fullSpillDisk
            && has("full spill disk", FaultTestCluster::whyNoStoreDisk, progress),
        clocks && has("clocks that jump", FaultTestCluster::whyNoClocks, progress),
        transportPauses
            && has("transports that pause", FaultTestCluster::whyNoTransportPauses, progress),
        proxies);
  }

  /** Returns whether this machine supports a kind of fault; prints the reason if it does not. */
  private static boolean has(String what, Supplier<Optional<String>> whyNot, PrintStream progress) {
    var why = whyNot.get();
    why.ifPresent(reason -> progress.println("faults: no " + what + " here: " + reason));
    return why.isEmpty();
  }

  /**
   * Returns the same setup without the killed driver, for workloads with pauses in which that
   * driver could not take part.
   */
  FaultBenchSetup withoutKilledDriver() {
    return new FaultBenchSetup(
        request,
        hosts,
        partitions,
        frames,
        spills,
        false,
        fullDisk,
        fullSpillDisk,
        clocks,
        transportPauses,
        proxies);
  }

  FaultPlan plan() {
    return plan(BETWEEN_FAULTS).build();
  }

  /** Returns a builder of a plan with a fault about every {@code interval}. */
  FaultPlan.Builder plan(Duration interval) {
    var plan = FaultPlan.builder()
        .seed(request.seed())
        .nodes(request.nodes())
        .length(Duration.ofSeconds(request.seconds()))
        .interval(interval);
    if (partitions) {
      plan.weight(FaultPlan.Kind.PARTITION, 2).weight(FaultPlan.Kind.ONE_WAY_PARTITION, 2);
    }
    if (spills && Boolean.getBoolean(DAMAGE)) {
      plan.weight(FaultPlan.Kind.DAMAGE_SPILLED, 2);
    }
    if (fullDisk) {
      plan.weight(FaultPlan.Kind.FILL_STORE_DISK, 2);
    }
    if (killedDriver) {
      plan.weight(FaultPlan.Kind.KILL_DRIVER, 3);
    }
    if (clocks) {
      plan.weight(FaultPlan.Kind.CLOCK_JUMP, 3);
    }
    if (transportPauses) {
      plan.weight(FaultPlan.Kind.TRANSPORT_PAUSE, 3);
    }
    if (proxies) {
      plan.weight(FaultPlan.Kind.CONNECTION_RESET, 2)
          .weight(FaultPlan.Kind.CONNECTION_HALF_CLOSE, 2)
          .weight(FaultPlan.Kind.CONNECTION_SLOW, 1);
    }
    return plan;
  }

  /**
   * Returns the simple names of exceptions that any operation may end with. While the spill disk is
   * full for longer than a put waits, no value can be stored.
   */
  Set<String> errors() {
    return fullSpillDisk ? Set.of(StoreFullException.class.getSimpleName()) : Set.of();
  }

  FaultTestCluster.Builder cluster(Path folder, Path stores) throws IOException {
    var cluster = FaultTestCluster.builder(folder)
        .stores(stores)
        .nodes(request.nodes())
        .hosts(hosts)
        .frames(frames)
        .settings(Mobula.settings()
            .cpus(2)
            .storeCapacity(spills ? SMALL_STORE : USUAL_STORE)
            .set(HEARTBEAT_PAUSE, heartbeatPause(loadOfEachProcessor()).toSeconds() + "s"));
    if (spills) {
      cluster.spilling();
    }
    if (fullSpillDisk) {
      cluster.spillDisk(SPILL_DISK);
    }
    if (fullDisk) {
      cluster.storeDisk(DISK);
    }
    if (clocks) {
      cluster.clocks();
    }
    if (transportPauses) {
      cluster.transportPauses();
    }
    if (proxies) {
      cluster.proxies();
    }
    if (killedDriver) {
      var histories = Files.createDirectories(folder.resolve(KILLED_DRIVER));
      cluster.killedDriver(KilledDriver.class, KilledDriver.arguments(histories, this));
    }
    return partitions ? cluster.partitions() : cluster;
  }

  /**
   * Returns how late a heartbeat may be: a second for each process that wants a processor, from 10
   * to 40 s.
   */
  static Duration heartbeatPause(double loadOfEachProcessor) {
    return Duration.ofSeconds(Math.clamp(Math.round(loadOfEachProcessor), 10, 40));
  }

  /** Returns the average of the last minute; negative where the system does not tell. */
  private static double loadOfEachProcessor() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return system.getSystemLoadAverage() / system.getAvailableProcessors();
  }

  @Override
  public String toString() {
    return hosts + " hosts, " + (partitions ? "with" : "without") + " partitions, frames "
        + (frames.equals(FrameFaults.NONE) ? "whole" : "lost, late and delayed") + ", stores of "
        + ((spills ? SMALL_STORE : USUAL_STORE) >> 20) + " MiB"
        + (spills ? " that spill" : "")
        + (fullSpillDisk ? " to a disk of " + (SPILL_DISK >> 20) + " MiB" : "")
        + (fullDisk ? ", on a disk of " + (DISK >> 20) + " MiB that is full at times" : "")
        + (killedDriver ? ", a second driver that is killed" : "")
        + (clocks ? ", clocks that jump" : "")
        + (transportPauses ? ", transports that pause" : "")
        + (proxies ? ", connections that break" : "");
  }
}
