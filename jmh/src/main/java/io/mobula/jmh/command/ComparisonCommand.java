package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ray.RayComparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench comparison}, which makes the table and the chart from the output of
 * the script {@code jmh/compare/compare}.
 */
@Command(
    name = "comparison",
    description = "Write comparison.md and comparison.png from what jmh/compare/compare has left.",
    mixinStandardHelpOptions = true)
final class ComparisonCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "Where both sides' numbers are.")
  private Path directory = Path.of(".");

  @Override
  public Integer call() throws Exception {
    if (!Files.isDirectory(directory)) {
      throw new ParameterException(
          spec.commandLine(), "mobula bench comparison: there is no directory " + directory);
    }
    RayComparison.write(directory);
    System.out.println(directory.resolve("comparison.md"));
    System.out.println(directory.resolve("comparison.png"));
    return ExitCode.DONE;
  }
}
