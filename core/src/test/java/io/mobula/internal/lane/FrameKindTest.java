package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Test that {@link FrameKind} agrees with the tables of messages in {@code docs/protocols.md}, and
 * with the classes that send and handle frames.
 */
class FrameKindTest {
  private static final Path PAGE = Path.of("..", "docs", "protocols.md");
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern ROW = Pattern.compile("\\| (\\d+(?:, \\d+)*) \\| (`.+?) \\| .+ \\|");
  private static final Pattern NAME = Pattern.compile("`([A-Z_]+)(?:\\([^`]*\\))?`");
  private static final Pattern USE = Pattern.compile("FrameKind\\.([A-Z_]+)\\b");
  private static final Pattern HANDLED = Pattern.compile("\\.on\\(\\s*FrameKind\\.([A-Z_]+)\\b");

  private static TreeMap<String, List<String>> usesByClass;
  private static TreeMap<String, List<String>> handledByClass;

  @BeforeAll
  static void readSources() throws IOException {
    usesByClass = new TreeMap<>();
    handledByClass = new TreeMap<>();
    try (var files = Files.walk(SOURCES)) {
      for (var file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        var name = file.getFileName().toString().replace(".java", "");
        var text = Files.readString(file);
        usesByClass.merge(name, found(USE, text), FrameKindTest::joined);
        handledByClass.merge(name, found(HANDLED, text), FrameKindTest::joined);
      }
    }
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(each -> each.group(1)).toList();
  }

  private static List<String> joined(List<String> some, List<String> more) {
    var all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static List<String> names() {
    return Arrays.stream(FrameKind.values()).map(Enum::name).toList();
  }

  @Test
  void eachNumberIsOneByteAndBelongsToOneKind() {
    assertThat(FrameKind.values())
        .extracting(FrameKind::number)
        .doesNotHaveDuplicates()
        .allSatisfy(number -> assertThat(number).isBetween(1, 255));
  }

  @Test
  void theTablesOfMessagesListEachKindWithItsNumber() throws IOException {
    var listed = new ArrayList<String>();
    for (var line : Files.readAllLines(PAGE)) {
      var row = ROW.matcher(line);
      var names = row.matches() ? found(NAME, row.group(2)) : List.<String>of();
      if (!names.isEmpty()) {
        var numbers = row.group(1).split(", ");
        assertThat(names).as(line).hasSameSizeAs(numbers);
        for (int i = 0; i < numbers.length; i++) {
          listed.add(numbers[i] + " " + names.get(i));
        }
      }
    }
    var kinds = Arrays.stream(FrameKind.values())
        .map(kind -> kind.number() + " " + kind.name())
        .toList();
    assertThat(listed).containsExactlyInAnyOrderElementsOf(kinds);
  }

  @Test
  void theSenderOfEachKindUsesIt() {
    for (var kind : FrameKind.values()) {
      assertThat(usesByClass).as("sender of " + kind).containsKey(kind.sender());
      assertThat(usesByClass.get(kind.sender())).as(kind.sender()).contains(kind.name());
    }
  }

  @Test
  void theHandlerOfEachKindAndNobodyElseRegistersIt() {
    for (var kind : FrameKind.values()) {
      var handlers = handledByClass.entrySet().stream()
          .filter(each -> each.getValue().contains(kind.name()))
          .map(each -> each.getKey())
          .collect(Collectors.toSet());
      assertThat(handlers).as("handlers of " + kind).containsExactly(kind.handler());
    }
    assertThat(handledByClass.values().stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(names());
  }
}
