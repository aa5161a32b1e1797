package io.mobula.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Status of a cluster for people: one block per process, with bars for what is in use. */
final class StatusTable {
  private static final int BAR = 20;
  private static final int MAX_CHANNELS = 8;
  private static final String MEMORY = "memory";
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private final PrintWriter out;

  private StatusTable(PrintWriter out) {
    this.out = out;
  }

  static void print(ClusterStatus status, PrintWriter out) {
    var table = new StatusTable(out);
    out.println("cluster " + status.cluster() + ": " + roles(status));
    status.nodes().forEach(table::node);
    table.waiting(status);
  }

  private static String roles(ClusterStatus status) {
    var counted = status.nodes().stream()
        .collect(Collectors.groupingBy(ClusterStatus.Node::role, Collectors.counting()));
    return java.util.stream.Stream.of("node", "worker", "driver")
        .filter(counted::containsKey)
        .map(role -> countOf(role, counted.getOrDefault(role, 0L)))
        .collect(Collectors.joining(", "));
  }

  private static String countOf(String role, long count) {
    return count + " " + role + (count == 1 ? "" : "s");
  }

  private void node(ClusterStatus.Node node) {
    out.println();
    out.println(node.role() + " " + node.id() + " at " + node.address() + ", host " + node.host()
        + ", pid " + node.pid());
    node.resources().total().forEach((name, total) -> {
      double all = total.doubleValue();
      double free = node.resources().available().getOrDefault(name, 0).doubleValue();
      line(name, bar(all - free, all), amount(name, all - free) + " of " + amount(name, all));
    });
    double capacity = (double) node.store().capacity();
    double used = (double) node.store().used();
    line("store", bar(used, capacity), bytes(used) + " of " + bytes(capacity));
    lanes(node.lanes());
  }

  /** Prints the lanes with unacknowledged frames, the fullest first; idle ones would hide them. */
  private void lanes(Map<String, ClusterStatus.Lane> lanes) {
    lanes.entrySet().stream()
        .filter(lane -> lane.getValue().underway().frames() > 0)
        .sorted(Comparator.comparingLong((Map.Entry<String, ClusterStatus.Lane> lane) ->
                lane.getValue().underway().bytes())
            .reversed())
        .limit(MAX_CHANNELS)
        .forEach(lane -> lane(lane.getKey(), lane.getValue()));
  }

  private void lane(String to, ClusterStatus.Lane lane) {
    line(
        "lane",
        lane.kind() + " to " + to,
        lane.underway().frames() + " frames on the way, "
            + bytes((double) lane.underway().bytes()));
  }

  private void line(String name, String middle, String right) {
    out.println(String.format(Locale.ROOT, "  %-10s %s  %s", name, middle, right));
  }

  private void waiting(ClusterStatus status) {
    out.println();
    if (status.waiting().isEmpty()) {
      out.println("nothing waits");
      return;
    }
    out.println("waiting:");
    status
        .waiting()
        .forEach(each -> out.println(
            "  " + each.id() + " wants " + amountsOf(each.wants()) + ": " + each.why()));
  }

  private static String amountsOf(Map<String, Number> wants) {
    return wants.isEmpty()
        ? "nothing"
        : wants.entrySet().stream()
            .map(want ->
                want.getKey() + " " + amount(want.getKey(), want.getValue().doubleValue()))
            .collect(Collectors.joining(", "));
  }

  /**
   * Returns a bar such as {@code [#####---------------]}. A negative amount of free resources,
   * which occurs while resumed tasks run on without waiting, is shown as a full bar.
   */
  static String bar(double used, double all) {
    int filled = all <= 0 ? 0 : (int) Math.ceil(BAR * Math.clamp(used / all, 0, 1));
    return "[" + "#".repeat(filled) + "-".repeat(BAR - filled) + "]";
  }

  private static String amount(String name, double amount) {
    return name.equals(MEMORY) ? bytes(amount) : number(amount);
  }

  static String number(double amount) {
    return amount == Math.rint(amount)
        ? String.valueOf((long) amount)
        : String.format(Locale.ROOT, "%.4f", amount).replaceAll("0+$", "");
  }

  static String bytes(double amount) {
    int unit = 0;
    double left = amount;
    while (Math.abs(left) >= 1024 && unit < UNITS.length - 1) {
      left /= 1024;
      unit++;
    }
    return (unit == 0 ? String.valueOf((long) left) : String.format(Locale.ROOT, "%.1f", left))
        + " " + UNITS[unit];
  }
}
