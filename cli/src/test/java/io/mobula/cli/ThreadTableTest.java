package io.mobula.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Test that the tables of threads in {@code docs/architecture.md} agree with the sources. */
class ThreadTableTest {
  private static final List<String> MODULES =
      List.of("core", "cluster-sharding-store", "gpu-resources", "parameter-server", "cli");

  /** Call that makes a thread or a pool of threads, with the literal by which it is named. */
  private static final Pattern NAMED =
      Pattern.compile("(?:\\.name|StoreThread\\.start|ElasticPool\\.create\\w*|executors\\.create"
          + "|new WaitWatchdog|new Thread\\([^\"]*?,)[\\s(]*\"(mobula-[\\w-]+)\"");

  private static final Pattern BUILT =
      Pattern.compile("Thread\\.of(?:Platform|Virtual)\\(\\)[^;]*");
  private static final Pattern UNNAMED =
      Pattern.compile("startVirtualThread\\(|newVirtualThreadPerTaskExecutor\\(|new Timer\\(\\)");
  private static final Pattern IN_TABLE = Pattern.compile("`(mobula-[a-z-]*[a-z])[^`.]*`");

  private static String sources = "";
  private static Set<String> table = Set.of();

  @BeforeAll
  static void readTheSourcesAndTheTables() throws IOException {
    var root = SourceScan.repository();
    sources = MODULES.stream()
        .flatMap(module -> filesOf(root.resolve(module).resolve("src/main/java")).stream())
        .map(ThreadTableTest::read)
        .collect(joining("\n"));
    var page = Files.readString(root.resolve("docs/architecture.md"));
    int begin = page.indexOf("<!-- threads: begin -->");
    int end = page.indexOf("<!-- threads: end -->");
    assertThat(begin).isPositive().isLessThan(end);
    table = page.substring(begin, end)
        .lines()
        .filter(line -> line.startsWith("|"))
        .flatMap(line -> IN_TABLE.matcher(line.split("\\|", -1)[1]).results())
        .map(found -> found.group(1).replaceFirst("-n$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> filesOf(Path folder) {
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyThreadOfTheSourcesHasARow() {
    var named = NAMED
        .matcher(sources)
        .results()
        .map(found -> found.group(1).replaceFirst("-$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
    assertThat(named).as("Names of threads in the sources").hasSizeGreaterThan(25);
    assertThat(table).as("Threads of docs/architecture.md").containsAll(named);
  }

  @Test
  void everyRowNamesALiteralOfTheSources() {
    var literals = Pattern.compile("\"(?:mobula-)?([\\w-]+?)-?\"")
        .matcher(sources)
        .results()
        .map(found -> "mobula-" + found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
    assertThat(literals).as("Literals of the sources").containsAll(table);
  }

  @Test
  void noThreadIsWithoutAName() {
    var built = BUILT.matcher(sources).results().map(found -> found.group()).toList();
    assertThat(built).as("Threads that are built").hasSizeGreaterThan(20);
    var nameless =
        new ArrayList<>(built.stream().filter(call -> !call.contains(".name(")).toList());
    UNNAMED.matcher(sources).results().forEach(found -> nameless.add(found.group()));
    assertThat(nameless).as("Threads without a name").isEmpty();
  }
}
