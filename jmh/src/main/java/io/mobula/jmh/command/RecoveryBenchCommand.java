package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.recovery.RecoveryBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench recovery}, which measures the time from a kill until work continues.
 */
@Command(
    name = "recovery",
    description = {
      "Kill nodes: how long until a task begins again, an object is made again, and an actor answers.",
      "Prints a Markdown table; progress goes to standard error.",
      "A shard of the parameter server is in: mobula bench parameter-server --only recovery"
    },
    mixinStandardHelpOptions = true)
final class RecoveryBenchCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many kills of each kind (${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--bytes",
      paramLabel = "MIB",
      defaultValue = "1024",
      description = "The size of the object and of the actor's state in MiB (${DEFAULT-VALUE}).")
  private long mebibytes;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Where that state is saved; the temporary directory by default.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    new RecoveryBench(request(), System.err).run(out);
    return ExitCode.DONE;
  }

  private RecoveryBench.Request request() {
    try {
      return new RecoveryBench.Request(rounds, Math.multiplyExact(mebibytes, MIB), directory);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench recovery: " + e.getMessage());
    }
  }
}
