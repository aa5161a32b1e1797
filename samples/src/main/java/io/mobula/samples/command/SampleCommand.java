package io.mobula.samples.command;

import io.mobula.samples.AsyncParameterServer;
import io.mobula.samples.MonteCarloPi;
import io.mobula.samples.ObjectSpilling;
import io.mobula.samples.PerformanceTips;
import io.mobula.samples.QuickStart;
import io.mobula.samples.ShardedParameterServer;
import io.mobula.samples.SharedCounter;
import io.mobula.samples.SyncParameterServer;
import io.mobula.samples.TaskPipeline;
import io.mobula.samples.fashion.FashionTraining;
import io.mobula.samples.mails.MailTraining;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Command {@code mobula sample}, which runs one of the programs in the module {@code samples}. */
@Command(
    name = "sample",
    description = "Runs a sample program; without a name, lists them.",
    mixinStandardHelpOptions = true)
final class SampleCommand implements Callable<Integer> {
  private static final Map<String, SampleMain> PROGRAMS = new TreeMap<>(Map.ofEntries(
      Map.entry("QuickStart", QuickStart::main),
      Map.entry("PerformanceTips", PerformanceTips::main),
      Map.entry("ObjectSpilling", ObjectSpilling::main),
      Map.entry("MonteCarloPi", MonteCarloPi::main),
      Map.entry("TaskPipeline", TaskPipeline::main),
      Map.entry("SharedCounter", SharedCounter::main),
      Map.entry("AsyncParameterServer", AsyncParameterServer::main),
      Map.entry("SyncParameterServer", SyncParameterServer::main),
      Map.entry("ShardedParameterServer", ShardedParameterServer::main),
      Map.entry("FashionTraining", FashionTraining::main),
      Map.entry("MailTraining", MailTraining::main)));

  @Spec
  private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Which one, PerformanceTips for example.")
  private @Nullable String name;

  @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "What the program is given.")
  private List<String> arguments = List.of();

  /** The {@code main} method of a sample. */
  private interface SampleMain {
    void main(String[] arguments) throws Exception;
  }

  /**
   * Stops parsing at the sample's name: all later arguments, options included, belong to the
   * sample.
   */
  @Spec
  void stopAtPositional(CommandSpec own) {
    own.parser().stopAtPositional(true);
  }

  /** Returns exit code 0 when the sample has ended, or when the samples were listed. */
  @Override
  public Integer call() throws Exception {
    if (name == null) {
      PROGRAMS.keySet().forEach(spec.commandLine().getOut()::println);
      return 0;
    }
    var program = PROGRAMS.get(name);
    if (program == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no sample " + name + ". There are " + String.join(", ", PROGRAMS.keySet())
              + ".");
    }
    program.main(arguments.toArray(String[]::new));
    return 0;
  }
}
