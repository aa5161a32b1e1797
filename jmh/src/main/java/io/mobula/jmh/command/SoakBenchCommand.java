package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.faults.FaultBench;
import io.mobula.jmh.faults.SoakBench;
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
 * Command {@code mobula bench soak}, which runs work under faults for hours and compares what
 * processes hold before and after.
 */
@Command(
    name = "soak",
    description = {
      "The work of bench faults for long: what the driver and a node that is spared hold (heap,"
          + " objects, threads, descriptors, segments) is plotted, and is in the end what it was"
          + " after a minute.",
      "Ends with a line such as: soak: seconds=3600 histories=9000 kills=200 pauses=90 looks=490"
          + " violations=0",
      "Exit code 1 if violations are not 0. Progress goes to standard error."
    },
    mixinStandardHelpOptions = true)
final class SoakBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "3600",
      description = "For how long faults happen (${DEFAULT-VALUE}).")
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

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      defaultValue = "target/soak",
      description = "Where soak.png, soak.csv, logs and history go (${DEFAULT-VALUE}).")
  private Path folder;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    return new SoakBench(request(), System.err).run(out) ? ExitCode.DONE : ExitCode.FAILED;
  }

  private SoakBench.Request request() {
    try {
      return new SoakBench.Request(
          new FaultBench.Request(
              seconds, seed == null ? System.nanoTime() & Integer.MAX_VALUE : seed, nodes),
          folder);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench soak: " + e.getMessage());
    }
  }
}
