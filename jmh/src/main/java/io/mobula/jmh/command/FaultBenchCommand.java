package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.faults.FaultBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula bench faults}, which runs work under faults and checks its history. */
@Command(
    name = "faults",
    description = {
      "Work on a cluster of processes that a seeded plan kills, pauses and starves; then the check"
          + " that everything has ended as promised and nothing is left.",
      "Ends with a line such as: faults: histories=900 kills=20 pauses=6 pending=0 violations=0",
      "Exit code 1 if pending or violations are not 0. Progress goes to standard error."
    },
    mixinStandardHelpOptions = true)
final class FaultBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "120",
      description = "For how long faults happen (${DEFAULT-VALUE}); it takes a minute or two more.")
  private int seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What the plan is drawn from; a new one, which is printed, by default.")
  private @Nullable Long seed;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many processes (${DEFAULT-VALUE}), from 4 on.")
  private int nodes;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var result = new FaultBench(request(), System.err).run(out);
    return result.hasPassed() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private FaultBench.Request request() {
    try {
      return new FaultBench.Request(
          seconds, seed == null ? System.nanoTime() & Integer.MAX_VALUE : seed, nodes);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench faults: " + e.getMessage());
    }
  }
}
