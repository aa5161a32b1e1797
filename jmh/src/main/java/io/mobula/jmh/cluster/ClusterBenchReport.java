package io.mobula.jmh.cluster;

import io.mobula.jmh.measure.MachineDescription;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Report of the cluster benchmark, as Markdown for people and as JSON for programs.
 *
 * @param tables tables that were measured
 */
record ClusterBenchReport(List<MeasuredTable> tables, MachineDescription machine) {
  ClusterBenchReport {
    tables = List.copyOf(tables);
  }

  /** Returns the text below the tables. */
  String closing() {
    return "Ratio: our speed as a part of the bare one's.\n" + machine.describe() + "\n";
  }

  /** Returns an array with one object per row, with the number of each round. */
  String json() {
    return tables.stream()
        .flatMap(table -> table.lines().stream().map(row -> json(table, row)))
        .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static String json(MeasuredTable table, MeasuredRow row) {
    var beside = row.baselines().stream()
        .map(bare -> "{" + numbers(bare.name(), bare) + "}")
        .collect(Collectors.joining(", "));
    return "  {\"table\": " + quoted(table.name()) + ", " + numbers(row.what(), row.ours())
        + ", \"beside\": [" + beside + "], \"goal\": " + quoted(row.goal()) + "}";
  }

  private static String numbers(String name, MeasurementSeries series) {
    var rounds = series.rounds().stream()
        .map(value -> String.format(Locale.ROOT, "%.3f", value))
        .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "\"name\": %s, \"unit\": \"%s\", \"bytes\": %d, \"median\": %.3f, \"rounds\": [%s]",
        quoted(name),
        series.quantity() == MeasurementSeries.Quantity.RATIO ? "x" : "ns",
        series.bytes(),
        series.median(),
        rounds);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
