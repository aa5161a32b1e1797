package io.mobula.jmh.ray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Comparison of the rates of a run with those of an earlier run, by their ratio.
 *
 * <p>The threshold is wide because rates of single runs on a shared machine vary by tens of
 * percent. {@link PairedRuns} finds smaller differences.
 */
public final class RateCheck {
  /** Threshold: a workload has fallen when it lost a third of its earlier rate or more. */
  static final double FALLEN = 2.0 / 3;

  private final Path file;
  private final Map<String, Double> earlier;

  /**
   * Rate of a workload in both runs.
   *
   * @param name of the workload
   * @param earlier mean rate in the earlier run
   * @param now mean rate in this run
   */
  record Row(String name, double earlier, double now) {
    double ratio() {
      return now / earlier;
    }

    boolean hasFallen() {
      return ratio() <= FALLEN;
    }

    private String line() {
      return String.format(
          Locale.ROOT,
          "%s: %.2f, earlier %.2f, ratio %.2f%s",
          name,
          now,
          earlier,
          ratio(),
          hasFallen() ? " FALLEN" : "");
    }
  }

  private RateCheck(Path file, Map<String, Double> earlier) {
    this.file = file;
    this.earlier = earlier;
  }

  /**
   * Reads the earlier rates from a file that {@code mobula microbenchmark --json} has written.
   *
   * @throws IOException if the file cannot be read or has no rates
   */
  public static RateCheck of(Path file) throws IOException {
    Objects.requireNonNull(file, "file");
    var earlier = RateFile.read(file);
    earlier.values().removeIf(rate -> !(rate > 0));
    if (earlier.isEmpty()) {
      throw new IOException(
          "There are no rates in " + file + "; \"mobula microbenchmark --json FILE\" writes them");
    }
    return new RateCheck(file, earlier);
  }

  /** Returns whether the earlier run has a rate of one of these workloads at least. */
  boolean hasAnyOf(List<String> workloads) {
    return workloads.stream().anyMatch(earlier::containsKey);
  }

  /** Returns the workloads that both runs have, in the order of {@code rates}. */
  List<Row> compare(List<WorkloadRate> rates) {
    var rows = new ArrayList<Row>();
    for (var rate : rates) {
      var before = earlier.get(rate.name());
      if (before != null) {
        rows.add(new Row(rate.name(), before, rate.mean()));
      }
    }
    return rows;
  }

  /** Returns the lines that show {@code rows}, the last of which counts the fallen ones. */
  List<String> lines(List<Row> rows) {
    var lines = new ArrayList<String>();
    rows.forEach(row -> lines.add("check: " + row.line()));
    long fallen = rows.stream().filter(Row::hasFallen).count();
    lines.add("check: file=" + file + " rows=" + rows.size() + " fallen=" + fallen);
    return lines;
  }
}
