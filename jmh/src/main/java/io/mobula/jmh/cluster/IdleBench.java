package io.mobula.jmh.cluster;

import io.mobula.LocalCluster;
import io.mobula.jmh.measure.MachineDescription;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Cost of an idle cluster: the CPU time of each of its processes. */
public final class IdleBench {
  private static final int NODES = 2;
  private static final long SETTLE_SECONDS = 15; // until compilers and collector are idle
  private static final double GOAL = 0.02;

  private final double seconds;
  private final PrintStream progress;

  /** Creates a benchmark that measures for {@code seconds}. */
  public IdleBench(double seconds, PrintStream progress) {
    if (!(seconds > 0 && seconds < 1e6)) {
      throw new IllegalArgumentException("Wanted to look for " + seconds + " s: more than 0");
    }
    this.seconds = seconds;
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  private record ProcessCpuTime(String who, ProcessHandle process, Duration before) {
    static ProcessCpuTime at(String who, ProcessHandle process) {
      return new ProcessCpuTime(who, process, cpu(process));
    }

    double secondsSince() {
      return cpu(process).minus(before).toNanos() / 1e9;
    }

    private static Duration cpu(ProcessHandle process) {
      return process
          .info()
          .totalCpuDuration()
          .orElseThrow(() -> new IllegalStateException("This system does not tell CPU times"));
    }
  }

  /** Starts two nodes, waits, measures their CPU time, and prints a table. */
  public void run(PrintStream out) throws InterruptedException {
    try (var cluster = LocalCluster.builder().nodes(NODES).start()) {
      progress.println("bench: idle: settling for " + SETTLE_SECONDS + " s");
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      var cpuTime = new ArrayList<ProcessCpuTime>();
      for (int i = 0; i < NODES; i++) {
        long pid = cluster.nodes().get(i).pid();
        cpuTime.add(ProcessCpuTime.at("node " + i, ProcessHandle.of(pid).orElseThrow()));
      }
      cpuTime.add(ProcessCpuTime.at("driver", ProcessHandle.current()));
      progress.println("bench: idle: looking for " + seconds + " s");
      long start = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
      double passed = (System.nanoTime() - start) / 1e9;
      out.print(table(cpuTime, passed));
    }
  }

  private static String table(List<ProcessCpuTime> cpuTime, double passed) {
    var text = new StringBuilder("| process | CPU time in " + Math.round(passed)
        + " s | of one core | goal for both nodes | |\n|---|---|---|---|---|\n");
    double nodes = 0;
    for (var each : cpuTime) {
      double used = each.secondsSince();
      nodes += each.who().startsWith("node") ? used : 0;
      text.append(line(each.who(), used, passed, " | "));
    }
    boolean reached = nodes / passed < GOAL;
    text.append(line(
        "both nodes",
        nodes,
        passed,
        String.format(Locale.ROOT, "< %.0f %% | %s", GOAL * 100, reached ? "yes" : "**no**")));
    return text.append('\n')
        .append(MachineDescription.here().describe())
        .append('\n')
        .toString();
  }

  private static String line(String who, double used, double passed, String rest) {
    return String.format(
        Locale.ROOT, "| %s | %.2f s | %.2f %% | %s |%n", who, used, 100 * used / passed, rest);
  }
}
