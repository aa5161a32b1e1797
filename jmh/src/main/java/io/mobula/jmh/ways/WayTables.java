package io.mobula.jmh.ways;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Lists of the files of each way in {@code docs/architecture.md}: a heading and a table of threads
 * and files for each way, between two comments. The rest of the page is written by hand, with
 * tables of three columns that say what the files do.
 */
final class WayTables {
  private static final String BEGIN = "<!-- ways: begin -->";
  private static final String END = "<!-- ways: end -->";
  private static final String HEADING = "### ";
  private static final String SOMETIMES = "sometimes";
  private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");

  /** Step of the tables by hand that needs two hosts, which no test has. */
  private static final String OTHER_HOST = "other host";

  private final String page;
  private final int begin;
  private final int end;

  /**
   * Files of a way as the page lists them.
   *
   * @param always names of the files that every round enters
   * @param sometimes names of the files that some rounds enter
   */
  record FileList(Set<String> always, Set<String> sometimes) {}

  private WayTables(String page) {
    this.page = page;
    this.begin = page.indexOf(BEGIN) + BEGIN.length();
    this.end = page.indexOf(END);
    if (begin < BEGIN.length() || end < begin) {
      throw new IllegalArgumentException("The page has no " + BEGIN + " followed by " + END);
    }
  }

  /** Reads a page with the lists. */
  static WayTables read(Path page) throws IOException {
    return new WayTables(Files.readString(page));
  }

  /** Returns the lists by the names of their ways. */
  Map<String, FileList> lists() {
    var lists = new LinkedHashMap<String, FileList>();
    var list = new FileList(new LinkedHashSet<>(), new LinkedHashSet<>());
    for (var line : page.substring(begin, end).lines().toList()) {
      if (line.startsWith(HEADING)) {
        list = new FileList(new LinkedHashSet<>(), new LinkedHashSet<>());
        lists.put(line.substring(HEADING.length()), list);
      } else if (line.startsWith("|")) {
        var cells = line.split("\\|", -1);
        var names = cells[1].strip().equals(SOMETIMES) ? list.sometimes() : list.always();
        names.addAll(names(cells[2]));
      }
    }
    return lists;
  }

  private static List<String> names(String cell) {
    return NAME.matcher(cell).results().map(found -> found.group(1)).toList();
  }

  /**
   * Returns the names of the files that the tables by hand explain, but for those between hosts.
   */
  Set<String> explained() {
    var names = new TreeSet<String>();
    var step = "";
    for (var line : (page.substring(0, begin) + page.substring(end)).lines().toList()) {
      var cells = line.split("\\|", -1);
      if (line.startsWith("|") && cells.length == 5) {
        step = cells[1].isBlank() ? step : cells[1].strip();
        if (!step.equals(OTHER_HOST)) {
          names.addAll(names(cells[2]));
        }
      }
    }
    return names;
  }

  /**
   * Returns the page with lists of these ways. A file that the page has among those entered
   * sometimes stays there as long as any round enters it.
   */
  String with(List<WaySummary> ways) {
    var before = lists();
    var text = new StringBuilder("\n");
    for (var way : ways) {
      var list = before.getOrDefault(way.way(), new FileList(Set.of(), Set.of()));
      text.append('\n').append(HEADING).append(way.way()).append("\n\n");
      text.append("| thread | files, in order of first entry |\n|---|---|\n");
      rows(way, list.sometimes())
          .forEach((thread, names) -> text.append("| ")
              .append(thread)
              .append(" | `")
              .append(String.join("`, `", names))
              .append("` |\n"));
    }
    return page.substring(0, begin) + text + "\n" + page.substring(end);
  }

  private static Map<String, List<String>> rows(WaySummary way, Set<String> sometimesBefore) {
    var rows = new LinkedHashMap<String, List<String>>();
    var sometimes = new TreeSet<String>();
    for (var file : way.files()) {
      if (file.nearlyAlways() && !sometimesBefore.contains(file.name())) {
        rows.computeIfAbsent(file.thread(), none -> new ArrayList<>()).add(file.name());
      } else if (file.nowAndThen() || sometimesBefore.contains(file.name())) {
        sometimes.add(file.name());
      }
    }
    if (!sometimes.isEmpty()) {
      rows.put(SOMETIMES, List.copyOf(sometimes));
    }
    return rows;
  }
}
