package io.mobula.jmh.ray;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Comparison of two builds of Mobula by microbenchmarks that ran alternately on one machine. It
 * reads the files {@code before-N.json} and {@code after-N.json} that the script
 * {@code jmh/compare/pairs} has left in a directory, and prints one line for each workload.
 *
 * <p>Each pair gives one ratio for each workload: the mean rate after, divided by the mean rate
 * before. The confidence interval of the median ratio makes no assumption about the distribution of
 * the ratios. It runs from one order statistic to another, chosen by the binomial distribution (W.
 * J. Conover, Practical Nonparametric Statistics, section 3.2), so that it contains the true median
 * with a probability of at least 95 %. Such an interval exists for six pairs or more.
 */
public final class PairedRuns {
  /**
   * Threshold of a regression: a workload has fallen when its whole interval lies below this ratio.
   */
  public static final double FALLEN = 0.95;

  private static final double MISSED_EACH_SIDE = 0.025;
  private static final double NARROW = 0.05;

  private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
  private final int pairs;

  /**
   * Result for one workload.
   *
   * @param name of the workload
   * @param median of the ratios after to before
   * @param low lower end of the interval, 0 where there are too few pairs
   * @param high upper end of the interval, infinite where there are too few pairs
   */
  record Row(String name, double median, double low, double high) {
    boolean hasFallen() {
      return high < FALLEN;
    }

    private String verdict() {
      if (hasFallen()) {
        return "FALLEN";
      }
      boolean narrow = low > median * (1 - NARROW) && high < median * (1 + NARROW);
      return narrow ? "" : "interval wider than ±5 %";
    }

    private String markdown() {
      return String.format(
          Locale.ROOT, "| %s | %.3f | %.3f to %.3f | %s |", name, median, low, high, verdict());
    }
  }

  private PairedRuns(Path directory) throws IOException {
    int complete = 0;
    for (int i = 1; ; i++) {
      var before = directory.resolve("before-" + i + ".json");
      var after = directory.resolve("after-" + i + ".json");
      if (!Files.exists(before) || !Files.exists(after)) {
        break;
      }
      add(RateFile.read(before), RateFile.read(after));
      complete = i;
    }
    pairs = complete;
    if (pairs == 0) {
      throw new IOException("There is no before-1.json with an after-1.json in " + directory
          + "; jmh/compare/pairs makes them");
    }
  }

  /**
   * Prints a Markdown table with one line for each workload that both builds have.
   *
   * @return whether no workload has fallen
   * @throws IOException if the directory has no pair of files
   */
  public static boolean print(Path directory, PrintStream out) throws IOException {
    var runs = new PairedRuns(directory);
    out.println("| workload | median of after / before | 95 % interval, " + runs.pairs
        + " pairs | |\n|---|---|---|---|");
    var rows = runs.rows();
    rows.forEach(row -> out.println(row.markdown()));
    long fallen = rows.stream().filter(Row::hasFallen).count();
    out.println("\npairs: pairs=" + runs.pairs + " rows=" + rows.size() + " fallen=" + fallen);
    return fallen == 0;
  }

  private void add(Map<String, Double> before, Map<String, Double> after) {
    before.forEach((name, rate) -> {
      var now = after.get(name);
      if (now != null && rate > 0) {
        ratios.computeIfAbsent(name, first -> new ArrayList<>()).add(now / rate);
      }
    });
  }

  private List<Row> rows() {
    return ratios.entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Returns the row of a workload with these ratios, at least one. */
  static Row row(String name, List<Double> ratios) {
    double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    int outside = outside(n);
    double low = outside == 0 ? 0 : sorted[outside - 1];
    double high = outside == 0 ? Double.POSITIVE_INFINITY : sorted[n - outside];
    return new Row(name, median, low, high);
  }

  /**
   * Returns the rank of both ends of the interval, counted from 1 from the outside; 0 if there is
   * no interval.
   */
  private static int outside(int n) {
    double each = Math.pow(0.5, n);
    double below = each;
    int rank = 0;
    while (below <= MISSED_EACH_SIDE) {
      rank++;
      each *= (double) (n - rank + 1) / rank;
      below += each;
    }
    return rank;
  }
}
