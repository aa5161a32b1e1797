package io.mobula.samples.command;

import io.mobula.samples.digits.DemoSettings;
import io.mobula.samples.digits.DigitsDemo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula demo}, which learns handwritten digits with a sharded parameter server. */
@Command(
    name = "demo",
    description = "Trains two models on handwritten digits with a sharded parameter server.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class DemoCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--nodes",
      description = "Node processes to run on; with 1 everything is in this process.")
  private int nodes = DemoSettings.DEFAULT.nodes();

  @Option(names = "--shards", description = "Actors that the parameters are split over.")
  private int shards = DemoSettings.DEFAULT.shards();

  @Option(names = "--workers", description = "Actors that compute gradients.")
  private int workers = DemoSettings.DEFAULT.workers();

  @Option(names = "--epochs", description = "How often each image is learned from.")
  private int epochs = DemoSettings.DEFAULT.epochs();

  @Option(
      names = "--seed",
      description = "Decides the split, the first weights and the order of the images.")
  private long seed = DemoSettings.DEFAULT.seed();

  @Option(names = "--plot", description = "The PNG of loss and accuracy over time.")
  private Path plot = DemoSettings.DEFAULT.plot();

  /**
   * Returns exit code 0, or 1 when the network learned too little or the plot cannot be written.
   */
  @Override
  public Integer call() {
    try {
      return DigitsDemo.run(settings(), System.out);
    } catch (IOException e) {
      spec.commandLine().getErr().println("mobula demo: cannot write the plot: " + e);
      return 1;
    }
  }

  private DemoSettings settings() {
    try {
      return new DemoSettings(nodes, shards, workers, epochs, seed, plot);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
