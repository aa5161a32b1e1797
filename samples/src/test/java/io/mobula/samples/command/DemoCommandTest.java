package io.mobula.samples.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine command =
      new CommandLine(new DemoCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void helpNamesEveryOptionWithItsDefault() {
    assertThat(command.execute("--help")).isZero();
    assertThat(out.toString())
        .contains("--nodes", "--shards", "--workers", "--epochs", "--seed", "--plot")
        .contains("Default: 4");
  }

  @Test
  void refusesOptionsThatCannotRun() {
    assertThat(command.execute("--shards", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("Wanted shards=0");
    assertThat(command.execute("--workers", "many")).isEqualTo(2);
  }

  @Test
  void saysSoBeforeItTrainsWhenThePlotCannotBeWritten(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("file"), "not a folder");

    assertThat(command.execute("--plot", file.resolve("plot.png").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("cannot write the plot", file.toString());
  }
}
