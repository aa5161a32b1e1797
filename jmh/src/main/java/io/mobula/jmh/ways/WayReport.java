package io.mobula.jmh.ways;

import io.mobula.jmh.ways.EnteredFile.EnteredMethod;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Report of traced ways in Markdown: a table of files for each way, and one of counts. */
final class WayReport {
  private static final String HANDS_ON = "→";

  private final List<WaySummary> ways;

  WayReport(List<WaySummary> ways) {
    this.ways = ways;
  }

  /** Prints the tables of all ways. A method with an arrow only hands on. */
  void print(PrintStream out) {
    ways.forEach(way -> print(way, out));
    out.println("| way | files | entered twice on a thread | entered on several threads |"
        + " methods that only hand on | files that only hand on |");
    out.println("|---|--:|--:|--:|--:|--:|");
    for (var way : ways) {
      var files = way.usual();
      out.printf(
          "| %s | %d | %d | %d | %d | %d |%n",
          way.way(),
          files.size(),
          files.stream().filter(EnteredFile::twice).count(),
          files.stream().filter(EnteredFile::severalThreads).count(),
          files.stream().mapToLong(EnteredFile::handingOn).sum(),
          files.stream().filter(EnteredFile::onlyHandsOn).count());
    }
  }

  private static void print(WaySummary way, PrintStream out) {
    out.printf("### %s%n%n", way.way());
    out.println("| step | thread | file | methods entered | twice |");
    out.println("|--:|---|---|---|---|");
    int step = 0;
    var thread = "";
    for (var file : way.usual()) {
      step += file.thread().equals(thread) ? 0 : 1;
      thread = file.thread();
      out.printf(
          "| %d | %s | `%s` | %s | %s |%n",
          step, thread, file.name(), methods(file), file.twice() ? "twice" : "");
    }
    out.printf(
        "%nFiles that only hand on: %s%n",
        names(way.usual().stream().filter(EnteredFile::onlyHandsOn).map(EnteredFile::name)));
    var rare = way.files().stream()
        .filter(file -> !file.usual())
        .map(file -> "%s %.0f%% (idle %.0f%%)"
            .formatted(file.name(), 100 * file.share(), 100 * file.idleShare()));
    out.printf("%nIn fewer rounds, or while nothing is asked: %s%n%n", names(rare));
  }

  private static String names(Stream<String> all) {
    var text = all.collect(Collectors.joining(", "));
    return text.isEmpty() ? "none" : text;
  }

  private static String methods(EnteredFile file) {
    return file.methods().stream()
        .map(WayReport::text)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String text(EnteredMethod method) {
    return method.label() + (method.handsOn() ? HANDS_ON : "");
  }
}
