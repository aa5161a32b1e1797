package io.mobula.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The root of the {@code mobula} command line; each subcommand is a class of its own in this
 * package.
 */
@Command(
    name = "mobula",
    description = "Remote tasks, stateful actors and a shared-memory object store for Java.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    subcommands = {DemoCommand.class, SampleCommand.class, BenchCommand.class, JmhCommand.class},
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the command ran and failed",
      "2:the command line was not understood"
    })
public final class MobulaCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  /** Parses {@code args}, runs what they ask for and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Does what {@code main} does and returns the exit code. */
  static int run(String... args) {
    return new CommandLine(new MobulaCommand()).execute(args);
  }

  /** Refuses a line without a subcommand, and shows which there are. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "mobula: no command given");
  }
}
