package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.placement.PlacementSimulation;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench placement}, which simulates placement in a cluster of thousands of
 * nodes.
 */
@Command(
    name = "placement",
    description = {
      "Place a stream of tasks on thousands of simulated nodes: decisions a second, what stale"
          + " views cost, how evenly nodes fill, what views cost the network.",
      "Prints a Markdown table."
    },
    mixinStandardHelpOptions = true)
final class PlacementBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "2000",
      description = "How many nodes (${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "How many tasks (${DEFAULT-VALUE}).")
  private int tasks;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "For another stream of tasks (${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      new PlacementSimulation(new PlacementSimulation.Request(nodes, tasks, seed)).run(out);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench placement: " + e.getMessage());
    }
    return ExitCode.DONE;
  }
}
