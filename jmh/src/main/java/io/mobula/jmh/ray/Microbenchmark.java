package io.mobula.jmh.ray;

import io.mobula.jmh.measure.MachineDescription;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counterpart of {@code ray microbenchmark}: its workloads, timed as Ray times them, with a warm-up
 * and four rounds, of which mean and deviation are printed.
 *
 * <p>The warm-up is as long as two rounds, where Ray's is a second, since the JVM compiles during
 * it. The benchmark takes some five minutes. Run it on an otherwise idle machine.
 */
public final class Microbenchmark {
  private static final int ROUNDS = 4;
  private static final int STEPS = 10;

  private final Request request;
  private final PrintStream progress;

  /**
   * Options of the benchmark.
   *
   * @param inProcess whether everything runs in this JVM; otherwise callers and callees are in
   *     different JVMs
   * @param only pattern that must occur in a workload's name
   * @param seconds length of a round
   * @param json file for the numbers as JSON, or null
   * @param check earlier rates to compare with, or null
   */
  public record Request(
      boolean inProcess,
      Pattern only,
      double seconds,
      @Nullable Path json,
      @Nullable RateCheck check) {
    /**
     * Refuses rounds of no length, a pattern that matches no workload, and earlier rates of other
     * workloads only.
     */
    public Request {
      if (!(seconds > 0 && seconds < 1e6)) {
        throw new IllegalArgumentException("Wanted rounds of " + seconds + " s: more than 0");
      }
      if (chosen(only).isEmpty()) {
        throw new IllegalArgumentException("Wanted workloads like \"" + only + "\"; there are "
            + RayWorkloads.all().stream().map(RayWorkload::name).toList());
      }
      var names = chosen(only).stream().map(RayWorkload::name).toList();
      if (check != null && !check.hasAnyOf(names)) {
        throw new IllegalArgumentException(
            "Wanted an earlier rate of one of " + names + " at least; the file has none of them");
      }
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public Microbenchmark(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  private static List<RayWorkload> chosen(Pattern only) {
    return RayWorkloads.all().stream()
        .filter(w -> only.matcher(w.name()).find())
        .toList();
  }

  /**
   * Measures the workloads and prints the line of each as soon as it is known. Afterwards compares
   * them with the earlier rates, if there are any.
   *
   * @return whether no workload has lost a third of its earlier rate or more
   */
  public boolean run(PrintStream out) throws IOException {
    var mode =
        request.inProcess() ? WorkloadCluster.Mode.IN_PROCESS : WorkloadCluster.Mode.PROCESSES;
    var rates = new ArrayList<WorkloadRate>();
    var chosen = chosen(request.only());
    try (var cluster = WorkloadCluster.open(mode)) {
      for (var workload : chosen) {
        progress.printf(
            "microbenchmark: %d of %d, %s, %s%n",
            rates.size() + 1, chosen.size(), mode, workload.name());
        rates.add(measure(workload, cluster));
        out.println(rates.getLast().line());
        out.flush();
      }
    }
    progress.println(MachineDescription.here().describe());
    var file = request.json();
    if (file != null) {
      var json = rates.stream()
          .map(WorkloadRate::json)
          .collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
      Files.writeString(file, json, StandardCharsets.UTF_8);
      progress.println("microbenchmark: wrote " + file);
    }
    var check = request.check();
    if (check == null) {
      return true;
    }
    var rows = check.compare(rates);
    check.lines(rows).forEach(out::println);
    return rows.stream().noneMatch(RateCheck.Row::hasFallen);
  }

  private WorkloadRate measure(RayWorkload workload, WorkloadCluster cluster) {
    var work = workload.setUp().apply(cluster);
    long round = (long) (request.seconds() * 1e9);
    long warm = repeat(work, 1, 2 * round).runs();
    long step = warm / STEPS + 1;
    var rounds = new ArrayList<Double>();
    for (int i = 0; i < ROUNDS; i++) {
      var timed = repeat(work, step, round);
      rounds.add(workload.weight() * timed.runs() * 1e9 / timed.nanos());
    }
    return new WorkloadRate(workload.name(), workload.unit(), rounds);
  }

  private record TimedRuns(long runs, long nanos) {}

  /** Repeats the work in steps, so that reading the clock costs next to nothing. */
  private static TimedRuns repeat(Runnable work, long step, long nanos) {
    long start = System.nanoTime();
    long runs = 0;
    long now = start;
    while (now - start < nanos) {
      for (long i = 0; i < step; i++) {
        work.run();
      }
      runs += step;
      now = System.nanoTime();
    }
    return new TimedRuns(runs, now - start);
  }
}
