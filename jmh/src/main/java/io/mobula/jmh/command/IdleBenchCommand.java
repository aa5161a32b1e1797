package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.cluster.IdleBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula bench idle}, which measures the cost of an idle cluster. */
@Command(
    name = "idle",
    description = "Look at the CPU time of two nodes of this host that have nothing to do.",
    mixinStandardHelpOptions = true)
final class IdleBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "For how long (${DEFAULT-VALUE}).")
  private double seconds;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      new IdleBench(seconds, System.err).run(out);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench idle: " + e.getMessage());
    }
    return ExitCode.DONE;
  }
}
