package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SampleCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void listsEverySampleThatHasAMain() throws Exception {
    assertThat(run("sample")).isZero();
    try (var sources = Files.list(Path.of("../samples/src/main/java/io/mobula/samples"))) {
      for (var source : sources.filter(Files::isRegularFile).toList()) {
        if (Files.readString(source).contains("static void main(")) {
          assertThat(out.toString()).contains(source.getFileName().toString().replace(".java", ""));
        }
      }
    }
  }

  @Test
  void refusesASampleThatIsNot() {
    assertThat(run("sample", "Tipps")).isEqualTo(2);
    assertThat(err.toString()).contains("There is no sample Tipps").contains("Tips");
  }

  private int run(String... arguments) {
    return new CommandLine(new MobulaCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
