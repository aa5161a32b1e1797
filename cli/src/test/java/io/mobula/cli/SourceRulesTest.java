package io.mobula.cli;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.cli.SourceScan.SourceComment;
import io.mobula.cli.SourceScan.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rules for names and sentences of the whole repository: types of all modules, main and test code,
 * their Javadoc, and the class names in configuration. Prints the counts.
 */
class SourceRulesTest {
  private static final Pattern ONE_WORD = Pattern.compile("[A-Z][a-z0-9]*");
  private static SourceScan scan = new SourceScan(List.of(), List.of());

  @BeforeAll
  static void readTheSources() throws IOException {
    scan = SourceScan.of(SourceScan.repository());
    System.out.printf(
        "names: one-word %d, twice %d, Javadocs that point elsewhere %d%n",
        oneWord().size(),
        twice().size(),
        faults().stream().filter(fault -> fault.contains("points elsewhere")).count());
  }

  @Test
  void oneWordNamesAreThoseOfTheListEachWithItsReason() throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    for (var line : resource("one-word-names.tsv")) {
      var columns = line.split("\t", -1);
      assertThat(columns).as(line).hasSize(2);
      assertThat(columns[1]).as("The reason for " + columns[0]).isNotBlank();
      reasons.put(columns[0], columns[1]);
    }
    assertThat(oneWord())
        .as("One-word names; name a type by its duty in two or three words, or give a reason in "
            + "one-word-names.tsv")
        .containsExactlyInAnyOrderElementsOf(reasons.keySet());
  }

  @Test
  void noSimpleNameIsInTwoPackages() {
    assertThat(twice()).as("Top-level types of one simple name").isEmpty();
  }

  @Test
  void firstSentencesSayWhatAThingIs() {
    assertThat(faults()).as("First sentences of Javadoc comments").isEmpty();
  }

  private static List<String> oneWord() {
    return scan.types().stream()
        .filter(type -> !type.nested() && ONE_WORD.matcher(type.name()).matches())
        .map(SourceType::qualifiedName)
        .sorted()
        .toList();
  }

  private static Map<String, List<String>> twice() {
    return scan.types().stream()
        .filter(type -> !type.nested())
        .collect(groupingBy(
            SourceType::name,
            TreeMap::new,
            Collectors.mapping(SourceType::qualifiedName, Collectors.toList())))
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue().size() > 1)
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static List<String> faults() {
    return scan.comments().stream().flatMap(SourceRulesTest::fault).toList();
  }

  private static Stream<String> fault(SourceComment comment) {
    var fault = SentenceRules.fault(comment);
    return fault == null
        ? Stream.empty()
        : Stream.of(comment.place() + " " + fault + ": " + comment.firstSentence());
  }

  private static List<String> resource(String name) throws IOException {
    var file = SourceScan.repository().resolve("cli/src/test/resources").resolve(name);
    return Files.readAllLines(file).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }
}
