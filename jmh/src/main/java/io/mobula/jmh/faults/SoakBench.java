package io.mobula.jmh.faults;

import io.mobula.error.MobulaException;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.testkit.fault.FaultInjection;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.Violation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Long run of the workload of {@link FaultBench}, under a plan of faults that spares the driver and
 * one node. The footprints of these two processes are sampled all the time. They are compared
 * between two moments of rest: after a short warm-up without faults, and at the end.
 */
public final class SoakBench {
  /** Duration of the warm-up without faults, in which classes are loaded and pools are filled. */
  private static final int WARM_UP_SECONDS = 60;

  private static final Duration BETWEEN_FAULTS = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(15);
  private static final Duration ANSWERED = Duration.ofSeconds(20);
  private static final int LOOKS_PER_LINE = 4;
  private static final int LOOKS_AT_REST = 3;
  private static final int MAX_PRINTED = 30;
  private static final int SPARED = 1; // the host of the first node may have other nodes, too

  private final Request request;
  private final PrintStream progress;
  private final FootprintLog log = new FootprintLog();
  private final List<Violation> found = new ArrayList<>();
  private final long begun = System.nanoTime();

  /**
   * Options of the run.
   *
   * @param faults duration, number of nodes, and seed
   * @param folder folder for logs, history, table and charts
   */
  public record Request(FaultBench.Request faults, Path folder) {
    /** Refuses components that are null. */
    public Request {
      Objects.requireNonNull(faults, "faults");
      Objects.requireNonNull(folder, "folder");
    }
  }

  /** Creates a run that reports its progress to {@code progress}. */
  public SoakBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /**
   * Runs the workload, and prints a table and the last line to {@code out}. Returns whether every
   * promise was kept.
   */
  public boolean run(PrintStream out) throws Exception {
    progress.println("soak: seed " + request.faults().seed() + ", "
        + request.faults().seconds() + " s of faults, " + request.faults().nodes() + " nodes");
    Files.createDirectories(request.folder());
    var stores = Files.createTempDirectory(FaultBench.shared(), "mobula-soak-");
    try {
      return run(stores, out);
    } finally {
      FaultBench.remove(stores);
      log.write(request.folder().resolve("soak.csv"), request.folder().resolve("soak.png"));
    }
  }

  private boolean run(Path stores, PrintStream out) throws Exception {
    var setting = FaultBenchSetup.draw(request.faults(), progress).withoutKilledDriver();
    var plan = setting.plan(BETWEEN_FAULTS).spare(SPARED).build();
    Files.write(
        request.folder().resolve("plan"),
        plan.faults().stream().map(Object::toString).toList());
    try (var history = History.in(request.folder().resolve("history"));
        var reports = WatchReports.open();
        var cluster = setting.cluster(request.folder(), stores).start()) {
      progress.println("soak: the nodes are up; " + setting);
      var warmUp = start("w", cluster, history, setting, request.faults().seed() + 1);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      var before = rest(cluster, warmUp);
      var workload = start(
          MixedWorkload.USUAL.name(),
          cluster,
          history,
          setting,
          request.faults().seed());
      try (var faults = cluster.inject(plan, history)) {
        watch(cluster, workload, faults);
        faults.await();
        progress.println("soak: the plan is done; waiting for what is under way");
        var after = rest(cluster, workload);
        compare(before, after, out);
        found.addAll(faults.violations());
        Files.write(request.folder().resolve("faults"), faults.log());
        found.addAll(HistoryChecker.check(history.events()));
        found.addAll(reports.violations(request.folder().resolve("logs")));
        faults.stop();
        found.addAll(cluster.leave());
        return tell(warmUp.ended() + workload.ended(), faults, out);
      }
    }
  }

  private static MixedWorkload start(
      String name, FaultTestCluster cluster, History history, FaultBenchSetup setting, long seed) {
    return MixedWorkload.start(
        new MixedWorkload.Threads(name, MixedWorkload.USUAL.count()),
        cluster.runtime(),
        history,
        seed,
        setting.errors());
  }

  /**
   * Ends the workload, waits until the cluster is at rest, and returns the footprint of each
   * process.
   */
  private Map<String, ProcessFootprint> rest(FaultTestCluster cluster, MixedWorkload workload)
      throws Exception {
    workload.finish(FaultBench.FINISH_TIMEOUT);
    workload
        .failures()
        .forEach(how -> found.add(new Violation(Violation.Rule.NO_END, "workload", how)));
    found.addAll(cluster.awaitIdle(FaultBench.REST_TIMEOUT));
    var vitals = sampleFootprints(cluster);
    for (int i = 1; i < LOOKS_AT_REST; i++) { // idle threads end, and the last caches are cleared
      TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
      vitals = sampleFootprints(cluster);
    }
    return vitals;
  }

  private void watch(FaultTestCluster cluster, MixedWorkload workload, FaultInjection faults)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(request.faults().seconds());
    int looks = 0;
    for (long left = end - start; left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, BETWEEN_LOOKS.toNanos()));
      var vitals = sampleFootprints(cluster);
      if (looks++ % LOOKS_PER_LINE == 0) {
        progress.printf(
            "soak: %d s: histories=%d kills=%d pauses=%d nodes=%d/%d, driver %s%n",
            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
            workload.ended(),
            faults.kills(),
            faults.pauses(),
            cluster.upNodeCount(),
            request.faults().nodes(),
            words(Objects.requireNonNull(vitals.get("driver"), "driver")));
      }
    }
  }

  /** Samples the driver and the spared node; a node that does not answer is left out. */
  private Map<String, ProcessFootprint> sampleFootprints(FaultTestCluster cluster)
      throws IOException {
    var vitals = new LinkedHashMap<String, ProcessFootprint>();
    vitals.put("driver", ProcessFootprint.here());
    var member = cluster.members().get(SPARED);
    var id = member.id();
    if (id.isPresent() && isAlive(cluster, id.get())) {
      try (var there = cluster
          .runtime()
          .task(ProcessFootprint::here)
          .cpus(0)
          .placement(Placement.on(id.get()))
          .remote()) {
        vitals.put(member.name(), there.get(ANSWERED));
      } catch (MobulaException e) {
        progress.println("soak: " + member.name() + " could not be looked at: " + e.getMessage());
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    vitals.forEach((process, each) -> log.add(seconds, process, each));
    return vitals;
  }

  private static boolean isAlive(FaultTestCluster cluster, io.mobula.NodeId id) {
    return cluster.runtime().nodes().stream()
        .anyMatch(node -> node.id().equals(id) && node.state() == NodeInfo.State.ALIVE);
  }

  private void compare(
      Map<String, ProcessFootprint> before, Map<String, ProcessFootprint> after, PrintStream out) {
    out.println("| process | at rest | heap, objects, threads, descriptors, segments |");
    out.println("|---|---|---|");
    before.forEach((process, vitals) -> {
      out.println("| " + process + " | after a minute | " + words(vitals) + " |");
      var now = after.get(process);
      if (now == null) {
        found.add(new Violation(
            Violation.Rule.NODE_ENDED, process, "it could not be looked at in the end"));
        return;
      }
      out.println("| " + process + " | in the end | " + words(now) + " |");
      progress.println("soak: " + process + " has more of "
          + FootprintLimits.grown(vitals.instances(), now.instances()) + "; files: "
          + FootprintLimits.grown(vitals.files(), now.files()));
      found.addAll(FootprintLimits.exceeded(process, vitals, now));
    });
  }

  private static String words(ProcessFootprint vitals) {
    return String.format(
        java.util.Locale.ROOT,
        "%.1f MiB, %d, %d, %d, %d",
        vitals.heapBytes() / (double) (1 << 20),
        vitals.objects(),
        vitals.threads(),
        vitals.descriptors(),
        vitals.segments());
  }

  private boolean tell(int histories, FaultInjection faults, PrintStream out) throws IOException {
    Files.write(
        request.folder().resolve("violations"),
        found.stream().map(Object::toString).toList());
    found.stream().limit(MAX_PRINTED).forEach(violation -> progress.println("soak: " + violation));
    progress.println("soak: logs, history, soak.csv and soak.png are in " + request.folder());
    out.println("soak: seconds=" + request.faults().seconds() + " histories=" + histories
        + " kills=" + faults.kills() + " pauses=" + faults.pauses() + " looks=" + log.size()
        + " violations=" + found.size());
    out.flush();
    return found.isEmpty();
  }
}
