package io.mobula.jmh.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula bench}, the parent of all commands that measure. */
@Command(
    name = "bench",
    description = "Measures Mobula on this machine, beside bare means.",
    mixinStandardHelpOptions = true,
    subcommands = {
      OneNodeBenchCommand.class,
      ClusterBenchCommand.class,
      ComparisonCommand.class,
      FaultBenchCommand.class,
      SoakBenchCommand.class,
      IdleBenchCommand.class,
      LedgerBenchCommand.class,
      PairedRunsCommand.class,
      ParameterServerBenchCommand.class,
      PlacementBenchCommand.class,
      RecoveryBenchCommand.class,
      ScaleBenchCommand.class,
      WayTraceCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class BenchCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  /** Refuses a command line without a subcommand. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "mobula bench: no command given");
  }
}
