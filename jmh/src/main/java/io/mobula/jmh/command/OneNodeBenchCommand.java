package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.onenode.OneNodeBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench one-node}, which prints the table for one node in
 * {@code docs/performance.md}.
 */
@Command(
    name = "one-node",
    description = {
      "Time tasks, actor calls, put, get and start-up of one node beside the same work done by bare means.",
      "Prints one Markdown table; progress goes to standard error. Takes about three minutes."
    },
    mixinStandardHelpOptions = true)
final class OneNodeBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all rounds there as JSON, too.")
  private @Nullable Path json;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description =
          "How long each way is warmed up, and then timed again (${DEFAULT-VALUE}); memory rows take less.")
  private double seconds;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Only rows whose first column contains a match.")
  private Pattern only;

  /** Returns exit code 0, or 1 if no row matches. */
  @Override
  public Integer call() throws Exception {
    if (!(seconds > 0)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds: wanted a number above zero, had " + seconds);
    }
    var request = new OneNodeBench.Request(seconds, only, json);
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int rows = new OneNodeBench(request, System.err).run(out);
    if (rows == 0) {
      System.err.println("mobula bench one-node: no row matches " + only);
    }
    return rows == 0 ? ExitCode.FAILED : ExitCode.DONE;
  }
}
