package io.mobula.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of the documentation in Markdown.
 *
 * @param lines its lines outside fenced code
 */
record MarkdownPage(Path file, List<PageLine> lines) {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern LINKED_TEXT = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)");
  private static final Pattern CODE = Pattern.compile("`[^`]*`");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?)\\s*");
  private static final Pattern ALONE =
      Pattern.compile("\\s*([*-] +)?(\\S+|`[^`]*`|!?\\[[^\\]]*\\]\\([^)]*\\))\\s*");

  /** A line with its number, from one. */
  record PageLine(int number, String text) {
    boolean isTableRow() {
      return text.stripLeading().startsWith("|");
    }

    /** Returns whether the line is one word, link or code span, which cannot be wrapped. */
    boolean isUnbreakable() {
      return ALONE.matcher(text).matches();
    }
  }

  static MarkdownPage read(Path file) throws IOException {
    return of(file, Files.readAllLines(file));
  }

  static MarkdownPage of(Path file, List<String> text) {
    List<PageLine> lines = new ArrayList<>();
    boolean fenced = false;
    for (int i = 0; i < text.size(); i++) {
      if (text.get(i).stripLeading().startsWith("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        lines.add(new PageLine(i + 1, text.get(i)));
      }
    }
    return new MarkdownPage(file, List.copyOf(lines));
  }

  /** Returns the pages of a repository that users and contributors read. */
  static List<MarkdownPage> ofRepository(Path root) throws IOException {
    List<Path> files = new ArrayList<>(Stream.of("README.md", "CHANGELOG.md", "samples/README.md")
        .map(root::resolve)
        .toList());
    try (var found = Files.walk(root.resolve("docs"))) {
      found.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
    }
    List<MarkdownPage> pages = new ArrayList<>();
    for (var file : files) {
      pages.add(read(file));
    }
    return pages;
  }

  /** Returns the targets of all links and pictures that are not addresses of the Internet. */
  List<String> relativeLinks() {
    var text = CODE.matcher(joined()).replaceAll("``");
    return LINK.matcher(text)
        .results()
        .map(found -> found.group(1))
        .filter(target -> !target.matches("[a-z]+:.*"))
        .toList();
  }

  /** Returns the anchors of all headings, as GitHub makes them. */
  Set<String> anchors() {
    Map<String, Integer> seen = new HashMap<>();
    Set<String> anchors = new HashSet<>();
    for (var line : lines) {
      var heading = HEADING.matcher(line.text());
      if (heading.matches()) {
        var anchor = LINKED_TEXT
            .matcher(heading.group(1))
            .replaceAll("$1")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{N}_\\- ]", "")
            .replace(' ', '-');
        int before = seen.merge(anchor, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? anchor : anchor + "-" + before);
      }
    }
    return anchors;
  }

  private String joined() {
    return lines.stream().map(PageLine::text).collect(Collectors.joining("\n"));
  }
}
