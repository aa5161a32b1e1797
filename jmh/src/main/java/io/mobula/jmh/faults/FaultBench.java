package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.error.ActorNameException;
import io.mobula.testkit.fault.FaultInjection;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.Violation;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Fault test: tasks, actors, values, groups, names and streams on a cluster of processes that a
 * seeded plan kills, pauses and starves. Afterwards a checker verifies that every operation has
 * ended as promised and that nothing is left over.
 *
 * <p>The same seed gives the same plan, and the same random choices of each workload thread, but
 * not the same order in which threads run.
 */
public final class FaultBench {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  static final Duration FINISH_TIMEOUT = WorkloadSession.LIMIT.plusSeconds(30);
  static final Duration REST_TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_PRINTED = 30;

  private final Request request;
  private final PrintStream progress;

  /**
   * Options of the test.
   *
   * @param seconds duration of the faults; pending work is awaited afterwards
   * @param seed seed of plan and workload
   * @param nodes number of processes, each of which stands for a host or shares one
   */
  public record Request(int seconds, long seed, int nodes) {
    /** Refuses too short a duration, and too few nodes for the plan. */
    public Request {
      if (seconds < 1) {
        throw new IllegalArgumentException("Wanted " + seconds + " seconds: the least is 1");
      }
      if (nodes < 4 || nodes > 32) {
        throw new IllegalArgumentException(
            "Wanted " + nodes + " nodes: from 4 to 32 are possible, as fewer than half go at once");
      }
    }
  }

  /**
   * Outcome of the test.
   *
   * @param histories number of scenarios that were recorded and checked
   * @param kills number of processes that a fault has ended
   * @param pauses number of processes that were stopped for a time
   * @param pending number of operations without an outcome
   * @param violations number of other broken promises
   */
  public record Result(int histories, int kills, int pauses, long pending, long violations) {
    /** Returns whether every promise was kept. */
    public boolean hasPassed() {
      return pending == 0 && violations == 0;
    }

    /** Returns the last line of the test's output. */
    public String line() {
      return "faults: histories=" + histories + " kills=" + kills + " pauses=" + pauses
          + " pending=" + pending + " violations=" + violations;
    }
  }

  /** Creates a test that reports its progress to {@code progress}. */
  public FaultBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** Runs the test and prints the last line to {@code out}. */
  public Result run(PrintStream out) throws Exception {
    progress.println("faults: seed " + request.seed() + ", " + request.seconds() + " s, "
        + request.nodes() + " nodes");
    var folder = Files.createTempDirectory("mobula-faults-" + request.seed() + "-");
    var stores = Files.createTempDirectory(shared(), "mobula-faults-");
    var found = new ArrayList<Violation>();
    Result result;
    try {
      result = run(folder, stores, found);
    } finally {
      remove(stores);
    }
    if (result.hasPassed()) {
      remove(folder);
    } else {
      tell(folder, found);
    }
    out.println(result.line());
    out.flush();
    return result;
  }

  private Result run(Path folder, Path stores, List<Violation> found) throws Exception {
    var setting = FaultBenchSetup.draw(request, progress);
    var plan = setting.plan();
    Files.write(
        folder.resolve("plan"), plan.faults().stream().map(Object::toString).toList());
    try (var history = History.in(folder.resolve("history"));
        var reports = WatchReports.open();
        var cluster = setting.cluster(folder, stores).start()) {
      progress.println("faults: " + request.nodes() + " nodes are up; " + setting);
      var workload = MixedWorkload.start(
          MixedWorkload.USUAL, cluster.runtime(), history, request.seed(), setting.errors());
      try (var faults = cluster.inject(plan, history)) {
        watch(cluster, workload, faults);
        faults.await();
        progress.println("faults: the plan is done; waiting for what is under way");
        workload.finish(FINISH_TIMEOUT);
        progress.println("faults: waiting for the cluster to be as it was");
        found.addAll(cluster.endDrivers());
        found.addAll(cluster.awaitIdle(REST_TIMEOUT));
        found.addAll(checkKilledDriver(cluster.runtime(), folder));
        found.addAll(faults.violations());
        Files.write(folder.resolve("faults"), faults.log());
        workload
            .failures()
            .forEach(how -> found.add(new Violation(Violation.Rule.NO_END, "workload", how)));
        found.addAll(HistoryChecker.check(history.events()));
        found.addAll(reports.violations(folder.resolve("logs")));
        faults.stop();
        found.addAll(cluster.leave());
        return result(workload, faults, found);
      }
    }
  }

  /**
   * Checks the histories of the killed driver, as far as they go, and that the names of its actors
   * are free again.
   */
  private static List<Violation> checkKilledDriver(MobulaRuntime runtime, Path folder)
      throws IOException {
    var histories = folder.resolve(FaultBenchSetup.KILLED_DRIVER);
    if (!Files.exists(histories)) {
      return List.of();
    }
    var found = new ArrayList<>(KilledDriver.check(histories));
    for (var name : KilledDriver.names(histories)) {
      if (isTaken(runtime, name)) {
        found.add(new Violation(
            Violation.Rule.NOT_RESTORED,
            name,
            "an actor of a driver that was killed has its name"));
      }
    }
    return found;
  }

  private static boolean isTaken(MobulaRuntime runtime, String name) {
    try {
      var _ = runtime.actorNamed(name, WorkloadTasks.Counter.class);
      return true;
    } catch (ActorNameException free) {
      return false;
    }
  }

  private void watch(FaultTestCluster cluster, MixedWorkload workload, FaultInjection faults)
      throws InterruptedException {
    long begun = System.nanoTime();
    long end = begun + TimeUnit.SECONDS.toNanos(request.seconds());
    for (long left = end - begun; left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, BETWEEN_LINES.toNanos()));
      progress.printf(
          "faults: %d s: histories=%d kills=%d pauses=%d nodes=%d/%d%n",
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
          workload.ended(),
          faults.kills(),
          faults.pauses(),
          cluster.upNodeCount(),
          request.nodes());
    }
  }

  private static Result result(
      MixedWorkload workload, FaultInjection faults, List<Violation> found) {
    long pending = found.stream()
        .filter(violation -> violation.rule() == Violation.Rule.NO_END)
        .count();
    return new Result(
        workload.ended(), faults.kills(), faults.pauses(), pending, found.size() - pending);
  }

  private void tell(Path folder, List<Violation> found) throws IOException {
    Files.write(
        folder.resolve("violations"), found.stream().map(Object::toString).toList());
    found.stream()
        .limit(MAX_PRINTED)
        .forEach(violation -> progress.println("faults: " + violation));
    if (found.size() > MAX_PRINTED) {
      progress.println("faults: and " + (found.size() - MAX_PRINTED) + " more");
    }
    progress.println("faults: plan, history, violations and the nodes' logs are in " + folder
        + "; the same plan again: bin/mobula bench faults --seconds " + request.seconds()
        + " --seed " + request.seed() + " --nodes " + request.nodes());
  }

  static Path shared() {
    var memory = Path.of("/dev/shm");
    return Files.isDirectory(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(FaultBench::delete);
    } catch (UncheckedIOException e) {
      throw new IOException("Cannot remove " + folder + ": " + e.getCause(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
