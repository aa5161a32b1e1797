package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ways.WayTracing;
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
 * Command {@code mobula bench ways}, which prints the files that a task, a put and a get, an actor
 * call and a push enter.
 */
@Command(
    name = "ways",
    description = {
      "Trace a task, a put, a get, an actor call and a push, on one node and to another process: the"
          + " files entered, in order, with their methods.",
      "Prints a Markdown table for each, and one of counts. Takes about half a minute."
    },
    mixinStandardHelpOptions = true)
final class WayTraceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "15",
      description =
          "How often each way is traced; a file counts if more than half of the rounds enter it"
              + " (${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "Write the lists of files there anew: docs/architecture.md.")
  private @Nullable Path page;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    WayTracing tracing;
    try {
      tracing = new WayTracing(rounds, System.err);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench ways: " + e.getMessage());
    }
    tracing.run(out, page);
    return ExitCode.DONE;
  }
}
