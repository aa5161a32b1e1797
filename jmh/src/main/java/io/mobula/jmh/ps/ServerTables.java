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

/** The tables, each by itself: which are printed is for the command line to say. */
public final class ServerTables {
  private static final Map<String, Table> TABLES = tables();
  private static final String RECOVERY = "recovery"; // starts and kills nodes of its own

  private ServerTables() {}

  /** One of them. */
  interface Table {
    /**
     * Measures and prints.
     *
     * @param seconds how long each figure is repeated
     */
    void print(MobulaRuntime runtime, double seconds, PrintStream out) throws Exception;
  }

  private static Map<String, Table> tables() {
    var tables = new LinkedHashMap<String, Table>();
    tables.put("push", new PushTable());
    tables.put("pull", new PullTable());
    tables.put("sparse", new SparseBenchTable());
    tables.put("compression", new CompressionTable());
    tables.put("straggler", new StragglerTable());
    tables.put("shards", new ShardsTable());
    return tables;
  }

  /** What they are called. */
  public static Set<String> names() {
    var names = new LinkedHashSet<>(TABLES.keySet());
    names.add(RECOVERY);
    return names;
  }

  /**
   * Prints those whose name matches.
   *
   * @param inProcess whether the shards are in this JVM; otherwise they are in another
   */
  public static void print(
      Pattern only, boolean inProcess, double seconds, PrintStream out, PrintStream progress)
      throws Exception {
    for (var each : TABLES.entrySet()) {
      if (only.matcher(each.getKey()).matches()) {
        progress.println("bench: parameter server, " + each.getKey());
        with(inProcess, runtime -> each.getValue().print(runtime, seconds, out));
        out.println();
      }
    }
    if (only.matcher(RECOVERY).matches()) {
      progress.println("bench: parameter server, " + RECOVERY);
      new RecoveryTable().print(out);
      out.println();
    }
  }

  private interface Work {
    void on(MobulaRuntime runtime) throws Exception;
  }

  private static void with(boolean inProcess, Work work) throws Exception {
    if (inProcess) {
      try (var runtime = Mobula.init()) {
        work.on(runtime);
      }
      return;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    try (var cluster = LocalCluster.builder().nodes(1).cpusPerNode(cores).start()) {
      work.on(cluster.runtime());
    }
  }
}
