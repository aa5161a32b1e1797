package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ps.ParameterServerBenchSuite;
import io.mobula.jmh.ray.ParameterServerBench;
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
 * Command {@code mobula bench parameter-server}, which measures the parameter server, also beside
 * one as Ray's users write it.
 */
@Command(
    name = "parameter-server",
    description = {
      "Prints tables: push (beside a copy), pull, sparse, compression, straggler, shards, recovery;",
      "and rounds, which pushes a gradient and pulls the weights, the counterpart of",
      "jmh/compare/ray_parameter_server.py: rounds a second at 4 KB, 1 MB and 100 MB."
    },
    mixinStandardHelpOptions = true)
final class ParameterServerBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(names = "--in-process", description = "The shards are in this JVM, not in another.")
  private boolean inProcess;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "4",
      description = "How long each size is repeated (${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "40",
      description = "How long each size is repeated before that (${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(
      names = "--shards",
      paramLabel = "N",
      defaultValue = "0",
      description = "How many shards; half the cores, at least one, unless given.")
  private int shards;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "rounds",
      description = "Which tables; rounds unless given. '.*' for all.")
  private Pattern only;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the numbers there as JSON.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var request = request();
    ParameterServerBenchSuite.print(only, inProcess, seconds, out, System.err);
    if (only.matcher("rounds").matches()) {
      new ParameterServerBench(request, System.err).run(out);
    }
    return ExitCode.DONE;
  }

  private ParameterServerBench.Request request() {
    try {
      return new ParameterServerBench.Request(inProcess, seconds, warmUp, shards, json);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "mobula bench parameter-server: " + e.getMessage());
    }
  }
}
