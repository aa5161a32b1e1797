package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The class path of these tests has neither benchmarks nor samples, as that of the product. */
class CommandPluginsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "greet", description = "Says hello.")
  static final class Greet implements Callable<Integer> {
    @Override
    public Integer call() {
      return 7;
    }
  }

  @Command(name = "bench")
  static final class OtherBench implements Callable<Integer> {
    @Override
    public Integer call() {
      return 8;
    }
  }

  @Command(name = "start")
  static final class OtherStart implements Callable<Integer> {
    @Override
    public Integer call() {
      return 9;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.openjdk.jmh.Main",
        "io.mobula.samples.QuickStart",
        "io.mobula.jmh.ray.Microbenchmark"
      })
  void theProductHasNeitherBenchmarksNorSamples(String type) {
    assertThatThrownBy(() -> Class.forName(type)).isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void saysWhereAnAbsentCommandIs() {
    var line = with(MobulaCommand.commandLine());

    assertThat(line.execute("bench", "one-node", "--seconds", "1")).isEqualTo(ExitCode.USAGE);
    assertThat(line.execute("sample", "--help")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString())
        .contains("mobula bench: this command is a plug-in", "io.mobula:mobula-jmh")
        .contains("mobula sample: this command is a plug-in", "io.mobula:mobula-samples");
  }

  @Test
  void theUsageListsOnlyWhatIsThere() {
    assertThat(with(MobulaCommand.commandLine()).execute("--help")).isZero();
    assertThat(out.toString()).contains("start", "gpus").doesNotContain("bench", "sample");
  }

  @Test
  void aPluginAddsCommandsAndReplacesTheStandIn() {
    var line =
        with(MobulaCommand.commandLine(List.of(() -> List.of(new Greet(), new OtherBench()))));

    assertThat(line.execute("greet")).isEqualTo(7);
    assertThat(line.execute("bench")).isEqualTo(8);
    assertThat(line.execute("--help")).isZero();
    assertThat(out.toString()).contains("greet", "Says hello.", "bench");
  }

  @Test
  void aPluginCannotReplaceACommand() {
    var line = new CommandLine(new MobulaCommand());
    with(line);
    CommandPlugins.addTo(
        line,
        List.<CommandProvider>of(
                () -> List.of(new OtherStart(), new OtherBench()), () -> List.of(new OtherBench()))
            .iterator());

    assertThat(line.getSubcommands().get("start").getCommandSpec().userObject())
        .isInstanceOf(StartCommand.class);
    assertThat(err.toString())
        .contains("already is a command start", OtherStart.class.getName())
        .contains("already is a command bench");
  }

  @Test
  void aBrokenPluginIsReportedAndTheOthersWork() {
    var broken = new Iterator<CommandProvider>() {
      private int asked;

      @Override
      public boolean hasNext() {
        return asked < 2;
      }

      @Override
      public CommandProvider next() {
        if (asked++ == 0) {
          throw new ServiceConfigurationError("no such class");
        }
        return () -> List.of(new Greet());
      }
    };
    var line = with(new CommandLine(new MobulaCommand()));
    CommandPlugins.addTo(line, broken);

    assertThat(err.toString()).contains("a plug-in is left out", "no such class");
    assertThat(line.execute("greet")).isEqualTo(7);
  }

  @Test
  void pluginsThatCannotEvenBeListedEndTheSearch() {
    var unreadable = new Iterator<CommandProvider>() {
      @Override
      public boolean hasNext() {
        throw new ServiceConfigurationError("cannot read");
      }

      @Override
      public CommandProvider next() {
        throw new AssertionError("there is none");
      }
    };
    var line = with(new CommandLine(new MobulaCommand()));
    CommandPlugins.addTo(line, unreadable);

    assertThat(err.toString()).contains("cannot read");
    assertThat(line.getSubcommands()).containsKeys("start", "bench");
  }

  private CommandLine with(CommandLine line) {
    return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
  }
}
