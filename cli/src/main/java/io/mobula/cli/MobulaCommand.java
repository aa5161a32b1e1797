package io.mobula.cli;

import io.mobula.error.ClusterException;
import io.mobula.error.MobulaException;
import java.io.IOException;
import java.util.Objects;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * Root of the {@code mobula} command line. Each subcommand is a class of its own, in this package
 * or in a plug-in ({@link CommandProvider}).
 */
@Command(
    name = "mobula",
    description = "Remote tasks, stateful actors and a shared-memory object store for Java.",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    subcommands = {
      StartCommand.class,
      StopCommand.class,
      StatusCommand.class,
      GpusCommand.class,
      RunCommand.class,
      AotTrainingCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the command ran and failed",
      "2:the command line was not understood",
      "3:there was nothing to do: no node to stop",
      "4:no cluster answers at the address, or it does not let this process in"
    })
public final class MobulaCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  /** Parses {@code args}, runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Parses and runs a command, and returns its exit code. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  /** Returns the parser with all subcommands, those of plug-ins included, ready to execute. */
  public static CommandLine commandLine() {
    return commandLine(ServiceLoader.load(CommandProvider.class));
  }

  /** Returns the parser with the subcommands of this package and of {@code plugins}. */
  static CommandLine commandLine(Iterable<CommandProvider> plugins) {
    var line = new CommandLine(new MobulaCommand());
    CommandPlugins.addTo(line, plugins.iterator());
    Objects.requireNonNull(line.getSubcommands().get("run"))
        .setStopAtPositional(true); // what follows the class name belongs to the program
    return line.setExecutionExceptionHandler(MobulaCommand::failed);
  }

  /**
   * Prints the message of Mobula's own exceptions and of I/O errors, and rethrows any other
   * exception.
   */
  private static int failed(Exception failure, CommandLine command, ParseResult line)
      throws Exception {
    if (!(failure instanceof MobulaException) && !(failure instanceof IOException)) {
      throw failure;
    }
    command
        .getErr()
        .println(command.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
    return failure instanceof ClusterException refused
        ? exitCode(refused.reason())
        : ExitCode.FAILED;
  }

  private static int exitCode(ClusterException.Reason reason) {
    return switch (reason) {
      case CANNOT_LISTEN, NAME_TAKEN, INTERRUPTED -> ExitCode.FAILED;
      case SEED_UNANSWERED,
          NO_RETURN_PATH,
          NOT_TRUSTED,
          OTHER_CLUSTER,
          OTHER_PROTOCOL,
          NOT_IN_TIME -> ExitCode.NO_ANSWER;
    };
  }

  /** Refuses a command line without a subcommand, and shows the usage. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "mobula: no command given");
  }
}
