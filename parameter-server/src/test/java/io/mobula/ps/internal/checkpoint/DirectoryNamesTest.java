package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.checkpoint.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a table may have any name. */
class DirectoryNamesTest {
  private static final List<String> NAMES = List.of(
      "",
      "t",
      "t-",
      "-t",
      "t-000000000001",
      "t-1",
      ".",
      "..",
      "../t",
      "../../etc/passwd",
      "/",
      "/t",
      "a/b",
      "a\\b",
      "a%b",
      "a%002fb",
      ".draft-t",
      "layer.1.weight",
      "größe",
      "gro\u0308\u00dfe",
      "表",
      "\uD83D\uDC1F",
      "\uD83D",
      "?",
      "a b",
      "a\nb",
      "a\r\nb",
      "\0",
      "CON",
      "%",
      "%~",
      "x".repeat(149),
      "x".repeat(3000),
      "x".repeat(3000) + "y",
      "/".repeat(99),
      "crc32c=00000000\n");

  @TempDir
  Path root;

  @Test
  void keepTablesApartWhateverTheyAreCalled() throws IOException {
    var written = new HashMap<Path, String>();
    for (var name : NAMES) {
      var table = SampleTable.of(name, 5, new Random(name.hashCode()));
      written.put(table.write(TableCheckpoints.of(root, name), 1, 2), name);
    }
    assertThat(DurableFiles.entries(root)).containsExactlyInAnyOrderElementsOf(written.keySet());
    written.forEach((path, name) -> {
      assertThat(TableCheckpoints.of(root, name).all()).as(name).containsExactly(path);
      var reader = CheckpointReader.open(path);
      reader.verify();
      assertThat(reader.manifest().table()).isEqualTo(name);
    });
  }

  @Test
  void areReadable() {
    assertThat(DirectoryNames.of("layer.1_w-x").of(42)).isEqualTo("layer.1_w-x-000000000042");
    assertThat(DirectoryNames.of("../ä").of(1)).isEqualTo("%002e.%002f%00e4-000000000001");
    assertThat(DirectoryNames.of("").of(Long.MAX_VALUE)).isEqualTo("%-9223372036854775807");
  }

  @Test
  void areOnlyWhatTheyWouldBeWritten() {
    var names = DirectoryNames.of("t");
    for (var other : List.of(
        "t",
        "t-",
        "t-1",
        "t-0000000000001",
        "t-9999999999999999999",
        "t-00000000000a",
        "T-000000000001",
        "u-000000000001",
        "t-000000000001 ",
        "t-t-000000000001",
        "-000000000001",
        ".draft-t-000000000001-0123456g",
        ".draft-t-1-01234567",
        ".draft--01234567")) {
      assertThat(names.number(Path.of(other))).as(other).isEmpty();
      assertThat(names.draft(Path.of(other))).as(other).isEmpty();
    }
    assertThat(names.number(Path.of("t-000000000001"))).hasValue(1);
    assertThat(names.draft(Path.of(".draft-t-000000000001-01234567"))).hasValue(1);
    assertThat(names.draft(Path.of(names.draftOf(77)))).hasValue(77);
  }

  @Test
  void neverBecomeTheSame() {
    long seed = System.nanoTime();
    System.out.println("DirectoryNamesTest seed " + seed);
    var random = new Random(seed);
    var characters = List.of("a", "%", ".", "-", "/", "0", "2", "f", "%002f", "\uD83D", "é", "\n");
    var texts = new HashSet<String>();
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(6); length > 0; length--) {
        text.append(characters.get(random.nextInt(characters.size())));
      }
      texts.add(text.toString());
    }
    var names = new ArrayList<String>();
    for (var text : texts) {
      names.add(DirectoryNames.of(text).of(1));
      assertThat(TextEscaper.escapeLine(text)).as("seed %d", seed).matches("[ -~]*");
      assertThat(TextEscaper.unescapeLine(TextEscaper.escapeLine(text)))
          .as("seed %d", seed)
          .isEqualTo(text);
    }
    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[A-Za-z0-9_%.~-]+"));
    assertThat(names).noneMatch(name -> name.startsWith("."));
  }
}
