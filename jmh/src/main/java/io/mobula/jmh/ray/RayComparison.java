package io.mobula.jmh.ray;

import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Comparison of the numbers that Ray and Mobula printed on one machine. It reads the files that the
 * script {@code jmh/compare/compare} has left in a directory, and writes a Markdown table and a
 * chart there.
 *
 * <p>A workload that one side did not run has no ratio.
 */
public final class RayComparison {
  private static final Pattern RAY = Pattern.compile("(.+) per second ([0-9.]+) \\+- ([0-9.]+)");
  private static final Pattern SERVER =
      Pattern.compile("(parameter server push\\+pull \\S+) rounds/s=([0-9.]+).*");
  private static final Pattern SCALE = Pattern.compile(
      "\"name\": \"([^\"]+)\", \"count\": (\\d+), \"seconds\": ([0-9.]+), \"peak_bytes\": (-?\\d+)");
  private static final Pattern START = Pattern.compile("(ray|mobula) ([0-9.]+)");

  private final Path directory;
  private final List<Row> rows = new ArrayList<>();

  /** Goal as a multiple of Ray's better side, for both modes; NaN where there is none. */
  private record RatioGoal(double processes, double inProcess) {}

  /** Row of the table; NaN for numbers that were not measured. */
  record Row(
      String name,
      double ray,
      double rayJava,
      double processes,
      double inProcess,
      double goalProcesses,
      double goalInProcess) {
    double best() {
      return Double.isNaN(ray) ? rayJava : Double.isNaN(rayJava) ? ray : Math.max(ray, rayJava);
    }

    String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s%s | %s | %s | %s | %s | %s | %s | %s | %s |%n",
          name,
          DIFFERENT_WORK.containsKey(name) ? " †" : "",
          rate(ray),
          rate(rayJava),
          rate(processes),
          ratio(processes),
          goal(goalProcesses),
          rate(inProcess),
          ratio(inProcess),
          goal(goalInProcess));
    }

    private String ratio(double ours) {
      double ratio = ours / best();
      return Double.isNaN(ratio) ? "–" : "**×" + QuantityFormat.digits(ratio) + "**";
    }

    private static String rate(double perSecond) {
      return Double.isNaN(perSecond) ? "–" : QuantityFormat.rate(perSecond);
    }

    private static String goal(double times) {
      return Double.isNaN(times) ? "–" : "×" + QuantityFormat.digits(times);
    }
  }

  private static final Map<String, RatioGoal> GOALS = goals();

  /** Rows whose two sides do not do the same work, with the difference. */
  private static final Map<String, String> DIFFERENT_WORK = Map.of(
      "single client get calls",
      "the value is an integer, which Mobula keeps in the caller's heap and Ray reads from its store",
      "single client put calls",
      "the value is an integer, which Mobula keeps in the caller's heap and Ray copies to its store",
      "multi client put calls",
      "the value is an integer, which Mobula keeps in the caller's heap and Ray copies to its store");

  private static Map<String, RatioGoal> goals() {
    var goals = new LinkedHashMap<String, RatioGoal>();
    goals.put("single client tasks sync", new RatioGoal(50, 120));
    goals.put("single client tasks async", new RatioGoal(120, 300));
    goals.put("multi client tasks async", new RatioGoal(120, 300));
    goals.put("1:1 actor calls sync", new RatioGoal(25, 50));
    goals.put("1:1 actor calls async", new RatioGoal(60, 120));
    goals.put("n:n actor calls async", new RatioGoal(80, 150));
    goals.put("n:n actor calls with arg async", new RatioGoal(80, 150));
    goals.put("single client get calls", new RatioGoal(50, 100));
    goals.put("single client put calls", new RatioGoal(100, 300));
    goals.put("single client wait 1k refs", new RatioGoal(100, 300));
    goals.put("single client get object containing 10k refs", new RatioGoal(10, 20));
    goals.put("parameter server push+pull 4KB", new RatioGoal(50, 150));
    goals.put("parameter server push+pull 1MB", new RatioGoal(15, 25));
    goals.put("parameter server push+pull 100MB", new RatioGoal(3, 4));
    return goals;
  }

  private RayComparison(Path directory) {
    this.directory = directory;
  }

  /** Writes {@code comparison.md} and {@code comparison.png} into the directory. */
  public static void write(Path directory) throws IOException {
    var comparison = new RayComparison(directory);
    comparison.collect();
    Files.writeString(
        directory.resolve("comparison.md"), comparison.markdown(), StandardCharsets.UTF_8);
    RatioChart.write(comparison.rows, directory.resolve("comparison.png"));
  }

  private void collect() throws IOException {
    var ray = numbers("ray.txt", RAY);
    ray.putAll(numbers("ray-values.txt", RAY));
    ray.putAll(numbers("ray-server.txt", SERVER));
    var java = numbers("ray-java.txt", RAY);
    var processes = rates("mobula-processes.json");
    processes.putAll(rates("mobula-server-processes.json"));
    var inProcess = rates("mobula-in-process.json");
    inProcess.putAll(rates("mobula-server-in-process.json"));
    var names = new LinkedHashMap<>(ray);
    names.putAll(processes);
    names.putAll(inProcess);
    for (var name : names.keySet()) {
      var goal = GOALS.getOrDefault(name, new RatioGoal(Double.NaN, Double.NaN));
      var row = new Row(
          name,
          of(ray, name),
          of(java, name),
          of(processes, name),
          of(inProcess, name),
          goal.processes(),
          goal.inProcess());
      if (!Double.isNaN(row.processes()) || !Double.isNaN(row.inProcess())) {
        rows.add(row); // workloads that only Ray has are left out
      }
    }
  }

  private static double of(Map<String, Double> numbers, String name) {
    return numbers.getOrDefault(name, Double.NaN);
  }

  private Map<String, Double> numbers(String file, Pattern line) throws IOException {
    var numbers = new LinkedHashMap<String, Double>();
    for (var text : lines(file)) {
      var found = line.matcher(text);
      if (found.find()) {
        var name = found.group(1).replace(" (Plasma Store)", "").trim();
        numbers.put(name, Double.parseDouble(found.group(2)));
      }
    }
    return numbers;
  }

  private Map<String, Double> rates(String file) throws IOException {
    var path = directory.resolve(file);
    return Files.exists(path) ? RateFile.read(path) : new LinkedHashMap<>();
  }

  private List<String> lines(String file) throws IOException {
    var path = directory.resolve(file);
    return Files.exists(path) ? Files.readAllLines(path, StandardCharsets.UTF_8) : List.of();
  }

  private String markdown() throws IOException {
    var text = new StringBuilder();
    text.append("| Ray's name | Ray | Ray Java | Mobula, processes | to Ray | goal |"
        + " Mobula, in process | to Ray | goal |\n|---|---|---|---|---|---|---|---|---|\n");
    rows.forEach(row -> text.append(row.markdown()));
    text.append("\nRatios are to Ray's better side. Gigabytes are counted as Ray counts them.\n");
    differences(text);
    starts(text);
    scale(text);
    text.append('\n').append(MachineDescription.here().describe()).append('\n');
    return text.toString();
  }

  /** Says of each marked row how the work of its two sides differs. */
  private void differences(StringBuilder text) {
    for (var row : rows) {
      var difference = DIFFERENT_WORK.get(row.name());
      if (difference != null) {
        text.append(String.format("%n† %s: %s.%n", row.name(), difference));
      }
    }
  }

  private void starts(StringBuilder text) throws IOException {
    var seconds = new LinkedHashMap<String, List<Double>>();
    for (var line : lines("start.txt")) {
      var found = START.matcher(line);
      if (found.matches()) {
        seconds
            .computeIfAbsent(found.group(1), any -> new ArrayList<>())
            .add(Double.parseDouble(found.group(2)));
      }
    }
    var ray = median(seconds.get("ray"));
    var ours = median(seconds.get("mobula"));
    if (ray != null && ours != null) {
      text.append(String.format(
          Locale.ROOT,
          "%nStart of a node, as a command until it returns: Ray %.2f s, Mobula %.2f s, **×%.1f**.%n",
          ray,
          ours,
          ray / ours));
    }
  }

  private static @Nullable Double median(@Nullable List<Double> values) {
    return values == null ? null : values.stream().sorted().toList().get(values.size() / 2);
  }

  private record ScaleResult(long count, double seconds, long peak) {
    String cell() {
      return String.format(
          Locale.ROOT,
          "%d in %.2f s, %s, %.0f MB",
          count,
          seconds,
          QuantityFormat.rate(count / seconds),
          peak / 1e6);
    }
  }

  private void scale(StringBuilder text) throws IOException {
    var ray = scaled("ray-scale.json");
    var ours = scaled("mobula-scale.json");
    if (ray.isEmpty() && ours.isEmpty()) {
      return;
    }
    text.append("\n| at scale | Ray | Mobula, processes | rate to Ray's |\n|---|---|---|---|\n");
    var names = new LinkedHashMap<>(ours);
    names.putAll(ray);
    for (var name : names.keySet()) {
      var theirs = ray.get(name);
      var own = ours.get(name);
      text.append(String.format(
          Locale.ROOT,
          "| %s | %s | %s | %s |%n",
          name,
          theirs == null ? "–" : theirs.cell(),
          own == null ? "–" : own.cell(),
          theirs == null || own == null
              ? "–"
              : "**×"
                  + QuantityFormat.digits(
                      own.count() / own.seconds() / (theirs.count() / theirs.seconds()))
                  + "**"));
    }
    text.append("\nPeak memory is by how much the machine's available memory shrank at most.\n");
  }

  private Map<String, ScaleResult> scaled(String file) throws IOException {
    var found = new LinkedHashMap<String, ScaleResult>();
    for (var line : lines(file)) {
      var matched = SCALE.matcher(line);
      if (matched.find()) {
        found.put(
            matched.group(1),
            new ScaleResult(
                Long.parseLong(matched.group(2)),
                Double.parseDouble(matched.group(3)),
                Long.parseLong(matched.group(4))));
      }
    }
    return found;
  }
}
