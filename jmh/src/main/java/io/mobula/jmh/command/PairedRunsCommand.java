package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ray.PairedRuns;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench pairs}, which prints the table of the runs made by
 * {@code jmh/compare/pairs}.
 */
@Command(
    name = "pairs",
    description = {
      "Compare two builds by the microbenchmarks that jmh/compare/pairs has left.",
      "Exits with 1 where a workload has fallen."
    },
    mixinStandardHelpOptions = true)
final class PairedRunsCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Where both builds' numbers are.")
  private Path directory = Path.of(".");

  @Override
  public Integer call() {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      return PairedRuns.print(directory, out) ? ExitCode.DONE : ExitCode.FAILED;
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench pairs: " + e.getMessage(), e);
    }
  }
}
