package io.mobula.jmh.ways;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.jmh.ways.MethodRecording.Recorded;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tracing of all ways, on one node and between two nodes, which are in this JVM but share memory
 * and exchange frames as two processes of a host do.
 */
public final class WayTracing {
  private static final int WARM_ROUNDS = 10;
  private static final String IDLE = "idle";
  private static final long IDLE_MILLIS = 120;

  /**
   * Number of idle rounds after those of each way. They show what the nodes do in the background,
   * and what follows late on a way does not fall into the rounds of the next.
   */
  private static final int IDLE_ROUNDS = 3;

  /** Time after a round in which the nodes forget its values. */
  private static final long PAUSE_MILLIS = 60;

  /** Time after the rounds that warm up, many of which follow one another. */
  private static final long LONG_PAUSE_MILLIS = 500;

  private static final long STORE_BYTES = 256L << 20;

  private final int rounds;
  private final PrintStream progress;
  private final ClassFileIndex index;

  /**
   * Files that the traced ways have entered.
   *
   * @param ways ways in the order in which they were traced
   * @param files names of all files that were entered while any way was traced, by whatever thread
   */
  record Traced(List<WaySummary> ways, Set<String> files) {}

  /**
   * Creates a tracing of all ways.
   *
   * @param rounds number of rounds of each way, at least one
   */
  public WayTracing(int rounds, PrintStream progress) throws IOException {
    if (rounds < 1) {
      throw new IllegalArgumentException("Wanted " + rounds + " rounds: the least is 1");
    }
    this.rounds = rounds;
    this.progress = progress;
    this.index = ClassFileIndex.ofClassPath();
  }

  /**
   * Traces all ways and prints their files and counts.
   *
   * @param page file with the lists of the ways, which is written anew, or null
   */
  public void run(PrintStream out, @Nullable Path page) throws Exception {
    var ways = trace().ways();
    new WayReport(ways).print(out);
    if (page != null) {
      Files.writeString(page, WayTables.read(page).with(ways), StandardCharsets.UTF_8);
      progress.println("ways: wrote " + page);
    }
  }

  /** Traces all ways and returns what they have entered. */
  Traced trace() throws Exception {
    var settings = Mobula.settings().storeCapacity(STORE_BYTES);
    var traced = new Traced(new ArrayList<>(), new TreeSet<>());
    try (var runtime = Mobula.init(settings.cpus(2))) {
      trace(runtime, "on one node", traced);
    }
    try (var caller = Mobula.init(settings.cpus(0).listen(0));
        var other = Mobula.init(join(settings.cpus(2), caller))) {
      progress.println("ways: nodes " + caller.nodeId() + " and " + other.nodeId());
      trace(caller, "to another process", traced);
    }
    return traced;
  }

  private static Settings join(Settings settings, MobulaRuntime first) {
    return settings.join(first.nodes().getFirst().address());
  }

  private void trace(MobulaRuntime runtime, String where, Traced traced) throws Exception {
    try (var workload = new WayWorkload(runtime, where)) {
      long start = System.nanoTime();
      var recorded = record(workload.ways());
      progress.printf(
          "ways: %s, %d rounds, %.1f s%n",
          where, recorded.rounds().size(), (System.nanoTime() - start) / 1e9);
      add(recorded, traced);
    }
  }

  private static void idle() throws InterruptedException {
    WayMark.beginRound();
    Thread.sleep(IDLE_MILLIS);
    WayMark.endRound();
  }

  /** Runs the ways until they are warm, instruments their classes, and records the rounds. */
  private Recorded record(List<TracedWay> ways) throws Exception {
    WayMark.select("");
    run(ways, WARM_ROUNDS);
    try (var recording = MethodRecording.start(index.traced())) {
      run(ways, 1);
      Thread.sleep(LONG_PAUSE_MILLIS);
      for (var way : ways) {
        WayMark.select(way.name());
        run(List.of(way), rounds);
        WayMark.select(IDLE);
        run(List.of(new TracedWay(IDLE, WayTracing::idle)), IDLE_ROUNDS);
      }
      WayMark.select("");
      return recording.stop();
    }
  }

  private static void run(List<TracedWay> ways, int times) throws Exception {
    for (var way : ways) {
      for (int i = 0; i < times; i++) {
        way.round().run();
        if (WayMark.counts()) {
          Thread.sleep(PAUSE_MILLIS);
        }
      }
    }
  }

  private void add(Recorded recorded, Traced traced) {
    Map<String, List<TracedRound>> byWay = recorded.rounds().stream()
        .collect(Collectors.groupingBy(TracedRound::way, LinkedHashMap::new, Collectors.toList()));
    var idle = byWay.getOrDefault(IDLE, List.of());
    byWay.remove(IDLE);
    byWay.values().forEach(rounds -> traced.ways().add(WaySummary.of(rounds, idle, index)));
    recorded.files().stream().map(TracedMethod::simpleName).forEach(traced.files()::add);
  }
}
