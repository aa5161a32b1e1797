package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules for the pages of the documentation: their links, the width of prose, and their words. */
class DocumentRulesTest {
  private static final int WIDEST = 120;
  private static List<MarkdownPage> pages = List.of();
  private static Path root = Path.of("");

  @BeforeAll
  static void readThePages() throws IOException {
    root = SourceScan.repository();
    pages = MarkdownPage.ofRepository(root);
  }

  @Test
  void everyRelativeLinkLeadsToAFileAndAHeading() throws IOException {
    var dead = new ArrayList<String>();
    int links = 0;
    for (var page : pages) {
      for (var link : page.relativeLinks()) {
        links++;
        var fault = fault(page, link);
        if (fault != null) {
          dead.add(root.relativize(page.file()) + " links to " + link + ": " + fault);
        }
      }
    }
    assertThat(links).as("Links").isGreaterThan(100);
    assertThat(dead).as("Dead links").isEmpty();
  }

  private static @Nullable String fault(MarkdownPage page, String link) throws IOException {
    var parts = link.split("#", 2);
    var target = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
    if (!Files.exists(target)) {
      return "no such file";
    }
    if (parts.length == 1 || !target.toString().endsWith(".md")) {
      return null;
    }
    return MarkdownPage.read(target).anchors().contains(parts[1]) ? null : "no such heading";
  }

  @Test
  void proseIsWrapped() {
    assertThat(pages)
        .flatExtracting(page -> page.lines().stream()
            .filter(line -> line.text().length() > WIDEST)
            .filter(line -> !line.isTableRow() && !line.isUnbreakable())
            .map(line -> root.relativize(page.file()) + ":" + line.number() + " has "
                + line.text().length() + " characters")
            .toList())
        .as("Lines of prose of more than " + WIDEST + " characters")
        .isEmpty();
  }

  @Test
  void noPageHasAPhraseOfTheFormerVocabulary() throws IOException {
    var found = new ArrayList<String>();
    for (var phrase : forbidden().entrySet()) {
      var pattern =
          Pattern.compile("\\b" + Pattern.quote(phrase.getKey()) + "\\b", Pattern.CASE_INSENSITIVE);
      for (var page : pages) {
        for (var line : page.lines()) {
          if (pattern.matcher(line.text()).find()) {
            found.add("%s:%d says \"%s\"; say %s"
                .formatted(
                    root.relativize(page.file()),
                    line.number(),
                    phrase.getKey(),
                    phrase.getValue()));
          }
        }
      }
    }
    assertThat(found).as("Forbidden phrases").isEmpty();
  }

  /** Returns the forbidden phrases, each with what to say instead. */
  private static Map<String, String> forbidden() throws IOException {
    Map<String, String> phrases = new TreeMap<>();
    for (var line :
        Files.readAllLines(root.resolve("cli/src/test/resources/forbidden-phrases.tsv"))) {
      if (!line.startsWith("#")) {
        var columns = line.split("\t", -1);
        assertThat(columns).as(line).hasSize(2);
        assertThat(columns[1]).as("What to say in place of " + columns[0]).isNotBlank();
        phrases.put(columns[0], columns[1]);
      }
    }
    return phrases;
  }

  @Test
  void aPageKnowsItsLinksAnchorsAndLines() {
    var page = MarkdownPage.of(
        Path.of("a.md"),
        List.of(
            "# The *parts* of `core`, once",
            "## Again",
            "## Again",
            "See [this",
            "one](b.md#c), `[no](link)` and [that](https://example.org).",
            "```",
            "# no heading [no](d.md)",
            "```",
            "| row |"));
    assertThat(page.relativeLinks()).containsExactly("b.md#c");
    assertThat(page.anchors())
        .containsExactlyInAnyOrder("the-parts-of-core-once", "again", "again-1");
    assertThat(page.lines()).extracting(line -> line.number()).containsExactly(1, 2, 3, 4, 5, 9);
    assertThat(page.lines().getLast().isTableRow()).isTrue();
  }
}
