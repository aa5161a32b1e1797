package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.cli.SourceScan.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of the pictures of {@code docs/images} and of the classes that {@code docs/architecture.md}
 * names: pictures are what their texts say, and the texts name what exists.
 */
class DocumentPicturesTest {
  private static final long LIMIT_SECONDS = 120;
  private static final Pattern CLASS_NAME = Pattern.compile("\\b[A-Z][A-Za-z0-9]+\\b");
  private static final Pattern CODE = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
  private static final Pattern QUOTED = Pattern.compile("\"(io\\.mobula[a-z.]*)\"");

  private final Path root = SourceScan.repository();
  private final Path images = root.resolve("docs/images");

  @Test
  @Timeout(LIMIT_SECONDS + 30)
  void thePicturesAreDrawnFromTheirTexts(@TempDir Path drawn) throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var drawer = images.resolve("PictureDrawer.java").toString();
    var process = new ProcessBuilder(java, drawer, images.toString(), drawn.toString())
        .redirectErrorStream(true)
        .redirectOutput(drawn.resolve("output").toFile())
        .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(drawn.resolve("output"))).isEmpty();
    assertThat(texts()).hasSizeGreaterThan(5);
    for (var text : texts()) {
      var name = text.getFileName().toString().replaceFirst("\\.txt$", ".svg");
      assertThat(images.resolve(name))
          .as("run java docs/images/PictureDrawer.java")
          .hasSameTextualContentAs(drawn.resolve(name));
    }
  }

  @Test
  void theClassesOnTheWaysExist() throws IOException {
    var named = new TreeSet<String>();
    for (var text : texts()) {
      for (var line : Files.readAllLines(text)) {
        if (line.startsWith("  ") && !line.startsWith("  |")) {
          CLASS_NAME.matcher(line).results().forEach(found -> named.add(found.group()));
        }
      }
    }
    for (var line : MarkdownPage.read(root.resolve("docs/architecture.md")).lines()) {
      var cells = line.text().split("\\|", -1);
      if (cells.length > 4) { // the tables of the ways have three columns
        CODE.matcher(cells[2]).results().forEach(found -> named.add(found.group(1)));
      }
    }
    assertThat(named).as("Classes on the ways").hasSizeGreaterThan(100);
    var types = SourceScan.of(root).types().stream()
        .map(SourceType::name)
        .collect(Collectors.toCollection(HashSet::new));
    assertThat(named)
        .as("Names in docs/images/*.txt and docs/architecture.md without a class")
        .allMatch(name -> types.contains(name) || isGenerated(name));
  }

  /** Returns whether the build generates the class, as it does with the forms of calls. */
  private static boolean isGenerated(String name) {
    try {
      Class.forName("io.mobula." + name, false, DocumentPicturesTest.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException none) {
      return false;
    }
  }

  @Test
  void theRowsOfThePackagesAreTheLayersOfTheArchitectureTest() throws IOException {
    List<Set<String>> rows = new ArrayList<>();
    for (var line : Files.readAllLines(images.resolve("parts-of-core.txt"))) {
      if (line.startsWith("row")) {
        rows.add(new TreeSet<>());
      } else if (line.startsWith("box ")) {
        rows.getLast().add(line.split("\\s+")[1]);
      }
    }
    assertThat(rows).isEqualTo(layers());
  }

  /** Returns the names of the layers' packages as the picture has them: internal ones are short. */
  private List<Set<String>> layers() throws IOException {
    var source =
        Files.readString(root.resolve("core/src/test/java/io/mobula/ArchitectureTest.java"));
    var list = source.substring(source.indexOf("LAYERS = List.of("), source.indexOf("UNKNOWN ="));
    List<Set<String>> layers = new ArrayList<>();
    for (var part : list.split("Set\\.of\\(")) {
      var names = QUOTED
          .matcher(part)
          .results()
          .map(found -> found.group(1).replaceFirst("^io\\.mobula\\.internal\\.", ""))
          .collect(Collectors.toCollection(TreeSet::new));
      if (!names.isEmpty()) {
        layers.add(names);
      }
    }
    return layers;
  }

  private List<Path> texts() throws IOException {
    try (var files = Files.list(images)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }
}
