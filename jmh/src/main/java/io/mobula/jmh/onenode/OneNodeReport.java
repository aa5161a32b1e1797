package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.jmh.measure.TimedOperation;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Report of the one-node benchmark, as a Markdown table for people and as JSON for programs.
 *
 * @param rows rows that were timed
 */
record OneNodeReport(List<BenchmarkRow> rows, MeasuredTimes medians, MachineDescription machine) {

  /** Returns the table and a description of the machine. */
  String markdown() {
    var text = new StringBuilder("""
        | what | Mobula | beside it | ratio | goal | reached |
        |---|--:|--:|--:|---|---|
        """);
    for (var row : rows) {
      text.append("| ")
          .append(String.join(
              " | ",
              row.title(),
              cell(row, row.ours()),
              besides(row),
              ratios(row),
              row.goal().text(),
              verdict(row)))
          .append(" |\n");
    }
    return text.append("\nRatio: our speed as a part of the bare one's.\n")
        .append(machine.describe())
        .append('\n')
        .toString();
  }

  private String verdict(BenchmarkRow row) {
    return !row.goal().isJudged(row, medians)
        ? ""
        : row.goal().isReached(row, medians) ? "yes" : "**no**";
  }

  private String besides(BenchmarkRow row) {
    return row.baselines().stream()
        .map(bare -> bare.name() + " " + cell(row, bare))
        .collect(Collectors.joining("<br>"));
  }

  private String ratios(BenchmarkRow row) {
    return row.baselines().stream()
        .map(bare -> ratio(row, bare))
        .collect(Collectors.joining("<br>"));
  }

  private String ratio(BenchmarkRow row, TimedOperation bare) {
    double ours = medians.medianOf(row.ours());
    double theirs = medians.medianOf(bare);
    return row.quantity() == BenchmarkRow.Quantity.ONE_TIME
        ? String.format(Locale.ROOT, "%+.2f s", (ours - theirs) / 1e9)
        : QuantityFormat.digits(theirs / ours);
  }

  private String cell(BenchmarkRow row, TimedOperation operation) {
    double nanos = medians.medianOf(operation);
    return switch (row.quantity()) {
      case RATE -> QuantityFormat.rate(1e9 / nanos);
      case THROUGHPUT ->
        QuantityFormat.time(nanos) + ", " + QuantityFormat.digits(row.bytes() / nanos) + " GB/s";
      case TIME, ONE_TIME -> QuantityFormat.time(nanos);
    };
  }

  /**
   * Returns an array with one object per row; times are nanoseconds per operation, one for each
   * round.
   */
  String json() {
    return rows.stream().map(this::json).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private String json(BenchmarkRow row) {
    var beside = row.baselines().stream()
        .map(bare -> "{" + times(bare.name(), bare) + "}")
        .collect(Collectors.joining(", "));
    var reached = row.goal().isJudged(row, medians)
        ? String.valueOf(row.goal().isReached(row, medians))
        : "null";
    return "  {" + times(row.title(), row.ours()) + ", \"unit\": \"ns\", \"bytes\": " + row.bytes()
        + ", \"beside\": [" + beside + "], \"goal\": " + quoted(row.goal().text())
        + ", \"reached\": " + reached + "}";
  }

  private String times(String name, TimedOperation operation) {
    var rounds = medians.roundsOf(operation).stream()
        .map(nanos -> String.format(Locale.ROOT, "%.1f", nanos))
        .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "\"name\": %s, \"median\": %.1f, \"rounds\": [%s]",
        quoted(name),
        medians.medianOf(operation),
        rounds);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
