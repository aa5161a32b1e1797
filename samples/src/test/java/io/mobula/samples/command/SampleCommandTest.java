package io.mobula.samples.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SampleCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** The digits demo is left out, since it is a command of its own. */
  @Test
  void listsEverySampleThatHasAMain() throws Exception {
    assertThat(run()).isZero();
    try (var sources = Files.walk(Path.of("src/main/java/io/mobula/samples"))) {
      for (var source : sources.filter(Files::isRegularFile).toList()) {
        if (Files.readString(source).contains("static void main(")
            && !source.endsWith("DigitsDemo.java")) {
          assertThat(out.toString()).contains(source.getFileName().toString().replace(".java", ""));
        }
      }
    }
  }

  @Test
  void itsHelpHasASampleForAnExample() {
    assertThat(run("--help")).isZero();
    var example = Pattern.compile("(\\w+) for example").matcher(out.toString());
    assertThat(example.find()).isTrue();

    out.getBuffer().setLength(0);
    assertThat(run()).isZero();
    assertThat(out.toString().lines()).contains(example.group(1));
  }

  /**
   * The mails are missing, so the program is short. An unknown option would end it with an error.
   */
  @Test
  void givesTheProgramItsOptions(@TempDir Path empty) {
    System.setProperty("mobula.spam-assassin", empty.toString());
    try {
      assertThat(run("MailTraining", "--nodes", "3", "--mode", "bounded")).isZero();
    } finally {
      System.clearProperty("mobula.spam-assassin");
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void refusesASampleThatIsNot() {
    assertThat(run("PerformanceTipps")).isEqualTo(2);
    assertThat(err.toString())
        .contains("There is no sample PerformanceTipps")
        .contains("PerformanceTips");
  }

  private int run(String... arguments) {
    return new CommandLine(new SampleCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
