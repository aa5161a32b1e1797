package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ray.ScaleBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench scale}, which measures very large numbers of tasks, actors and refs.
 */
@Command(
    name = "scale",
    description = {
      "Queue a million tasks, make ten thousand actors, and more of that kind: time and peak memory.",
      "Prints a Markdown table; progress goes to standard error."
    },
    mixinStandardHelpOptions = true)
final class ScaleBenchCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many tasks are queued (${DEFAULT-VALUE}).")
  private int tasks;

  @Option(
      names = "--actors",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many actors are made and called once (${DEFAULT-VALUE}).")
  private int actors;

  @Option(
      names = "--bytes",
      paramLabel = "MIB",
      description = "The size of the large object, in MiB; two fifths of what shared memory has.")
  private @Nullable Long mebibytes;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the numbers there as JSON.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    new ScaleBench(request(), System.err).run(out);
    return ExitCode.DONE;
  }

  private ScaleBench.Request request() {
    try {
      Long bytes = mebibytes == null ? null : Math.multiplyExact(mebibytes, MIB);
      return new ScaleBench.Request(tasks, actors, bytes, json);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench scale: " + e.getMessage());
    }
  }
}
