package io.mobula.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Table of a host's accelerators for people: one line per device, with columns as wide as their
 * longest cell.
 */
final class GpuTable {
  private static final List<String> HEAD =
      List.of("index", "uuid", "model", "memory", "shares", "health");
  private static final String UNKNOWN = "?";

  private GpuTable() {}

  static void print(GpuReport report, PrintWriter out) {
    if (report.accelerators().isEmpty()) {
      out.println("no accelerators found");
      return;
    }
    var lines = new ArrayList<List<String>>();
    lines.add(HEAD);
    report.accelerators().forEach(device -> lines.add(cells(device)));
    var widths = IntStream.range(0, HEAD.size())
        .map(column ->
            lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
        .toArray();
    lines.forEach(line -> out.println(IntStream.range(0, HEAD.size())
        .mapToObj(column ->
            line.get(column) + " ".repeat(widths[column] - line.get(column).length()))
        .collect(Collectors.joining("  "))
        .stripTrailing()));
  }

  private static List<String> cells(GpuReport.Device device) {
    return List.of(
        String.valueOf(device.index()),
        device.uuid(),
        device.model(),
        memory(device.memory()),
        shares(device.shares()),
        health(device.health()));
  }

  private static String memory(@Nullable Long bytes) {
    return bytes == null ? UNKNOWN : StatusTable.bytes((double) bytes);
  }

  private static String shares(@Nullable Double shares) {
    return shares == null ? "-" : StatusTable.number(shares);
  }

  private static String health(GpuReport.HealthEntry health) {
    return health.healthy() ? "healthy" : "ill: " + health.reason();
  }
}
