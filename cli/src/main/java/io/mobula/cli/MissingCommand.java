package io.mobula.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Stand-in for a command whose plug-in is not on the class path. It accepts all arguments and
 * prints which artifact has the command. The usage of {@code mobula} does not list it.
 */
final class MissingCommand implements Callable<Integer> {
  private final String name;
  private final String artifact;
  private final CommandLine line;

  private MissingCommand(String name, String artifact) {
    this.name = name;
    this.artifact = artifact;
    var spec = CommandSpec.wrapWithoutInspection(this).name(name);
    spec.usageMessage().hidden(true);
    this.line = new CommandLine(spec).setUnmatchedArgumentsAllowed(true);
  }

  /** Returns the command {@code name}, which the artifact {@code artifact} would have. */
  static CommandLine commandLine(String name, String artifact) {
    return new MissingCommand(name, artifact).line;
  }

  @Override
  public Integer call() {
    line.getErr()
        .println("mobula " + name + ": this command is a plug-in that is not on the class path."
            + " Add the artifact io.mobula:" + artifact + " of the same version, with what it"
            + " depends on, to the class path; or use bin/mobula of a checkout, which has it.");
    return ExitCode.USAGE;
  }
}
