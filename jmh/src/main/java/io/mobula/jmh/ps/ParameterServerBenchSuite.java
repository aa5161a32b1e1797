package io.mobula.jmh.ps;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Suite of parameter-server benchmarks, each of which prints a table. The command line chooses
 * among them by name.
 */
public final class ParameterServerBenchSuite {
  private static final Map<String, SuiteBench> TABLES = benchs();
  private static final String RECOVERY = "recovery"; // starts and kills its own nodes

  private ParameterServerBenchSuite() {}

  /** Benchmark of the suite. */
  interface SuiteBench {
    /**
     * Measures and prints one table.
     *
     * @param seconds time for which each figure is measured
     */
    void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception;
  }

  private static Map<String, SuiteBench> benchs() {
    var benchs = new LinkedHashMap<String, SuiteBench>();
    benchs.put("push", new PushBench());
    benchs.put("pull", new PullBench());
    benchs.put("sparse", new SparsePushBench());
    benchs.put("compression", new CompressionBench());
    benchs.put("straggler", new StragglerBench());
    benchs.put("shards", new ShardCountBench());
    return benchs;
  }

  /** Returns the names of all benchmarks. */
  public static Set<String> names() {
    var names = new LinkedHashSet<>(TABLES.keySet());
    names.add(RECOVERY);
    return names;
  }

  /**
   * Runs the benchmarks whose name matches and prints their tables.
   *
   * @param inProcess whether the shards are in this JVM; otherwise they are in another
   */
  public static void print(
      Pattern only, boolean inProcess, double seconds, PrintStream out, PrintStream progress)
      throws Exception {
    for (var each : TABLES.entrySet()) {
      if (only.matcher(each.getKey()).matches()) {
        progress.println("bench: parameter server, " + each.getKey());
        runWithServer(inProcess, runtime -> each.getValue().print(runtime, seconds, out));
        out.println();
      }
    }
    if (only.matcher(RECOVERY).matches()) {
      progress.println("bench: parameter server, " + RECOVERY);
      new ShardRecoveryBench().print(out);
      out.println();
    }
  }

  private interface RuntimeAction {
    void runOn(MobulaRuntime runtime) throws Exception;
  }

  private static void runWithServer(boolean inProcess, RuntimeAction action) throws Exception {
    if (inProcess) {
      try (var runtime = Mobula.init()) {
        action.runOn(runtime);
      }
      return;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    try (var cluster = LocalCluster.builder().nodes(1).cpusPerNode(cores).start()) {
      action.runOn(cluster.runtime());
    }
  }
}
