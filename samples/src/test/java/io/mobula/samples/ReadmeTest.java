package io.mobula.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Test that the program in the README equals the source that the build compiles. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCE =
      Path.of("src", "main", "java", "io", "mobula", "samples", "QuickStart.java");

  @Test
  void showsTheQuickStartAsItIs() throws IOException {
    var program = between(Files.readString(SOURCE), "// program: begin\n", "// program: end");

    assertThat(program.lines()).hasSize(15);
    assertThat(Files.readString(README))
        .as("copy the program from %s into the README", SOURCE)
        .contains("```java\n" + program + "```\n");
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
