package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ray.Microbenchmark;
import io.mobula.jmh.ray.RateCheck;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula microbenchmark}, the counterpart of {@code ray microbenchmark}. */
@Command(
    name = "microbenchmark",
    description = {
      "Time the workloads of \"ray microbenchmark\", under the same names.",
      "Prints a line for each; progress goes to standard error. Takes about five minutes.",
      "With --check, exits with 1 where a workload has lost a third of its earlier rate."
    },
    mixinStandardHelpOptions = true)
final class MicrobenchmarkCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ArgGroup
  private ProcessMode mode = new ProcessMode();

  /** Choice between several processes and one. */
  static final class ProcessMode {
    @SuppressWarnings("UnusedVariable") // the default, for users who want to name it
    @Option(
        names = "--processes",
        description = "Callers and what they call are in different JVMs, as in Ray: the default.")
    private boolean processes;

    @Option(names = "--in-process", description = "All are in this JVM.")
    private boolean inProcess;
  }

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Only workloads in whose name this is found.")
  private String only;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "How long each of the four rounds is (${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write name, unit, mean, deviation and all rounds there as JSON, too.")
  private @Nullable Path json;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "Compare with the rates that --json has written there in an earlier run.")
  private @Nullable Path check;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return new Microbenchmark(request(), System.err).run(out) ? ExitCode.DONE : ExitCode.FAILED;
  }

  private Microbenchmark.Request request() {
    try {
      var earlier = check == null ? null : RateCheck.of(check);
      return new Microbenchmark.Request(
          mode.inProcess, Pattern.compile(only), seconds, json, earlier);
    } catch (PatternSyntaxException e) {
      throw refused("--only: " + e.getMessage());
    } catch (NoSuchFileException e) {
      throw refused("--check: there is no file " + e.getFile());
    } catch (IOException e) {
      throw refused("--check: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException refused(String why) {
    return new ParameterException(spec.commandLine(), "mobula microbenchmark: " + why);
  }
}
