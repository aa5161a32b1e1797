package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MobulaCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine command = new CommandLine(new MobulaCommand())
      .setOut(new PrintWriter(out))
      .setErr(new PrintWriter(err));

  @Test
  void versionIsTheOneOfTheBuild() {
    assertThat(command.execute("--version")).isZero();
    assertThat(out.toString()).containsPattern("mobula \\d+\\.\\d+\\.\\d+").contains("JDK ");
  }

  @Test
  void helpNamesTheCommandAndItsExitCodes() {
    assertThat(command.execute("--help")).isZero();
    assertThat(out.toString()).contains("mobula", "Exit codes");
  }

  @Test
  void anEmptyLineIsRefusedWithTheUsage() {
    assertThat(command.execute()).isEqualTo(2);
    assertThat(err.toString()).contains("no command given", "Usage: mobula");
  }
}
