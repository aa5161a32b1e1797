package io.mobula.samples.training;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Program that trains a model in several modes, optionally on several processes, writes a PNG of
 * the learning curves, and finally prints one line for each mode:
 *
 * <pre>name: mode=synchronous accuracy=0.862 epochs=5 seconds=31.4 updates=3125
 * name: mode=bounded accuracy_min=0.860 runs=5 epochs=5 seconds=30.2 updates=9375</pre>
 *
 * <p>If the examples are not installed, it prints how to install them and ends normally.
 *
 * @param name prefix of its lines
 * @param usual settings without any option
 * @param missingReason why the examples are missing and what to do about it, if they are
 * @param loader reads the examples
 */
public record TrainingProgram(
    String name,
    TrainingSettings usual,
    Supplier<Optional<String>> missingReason,
    ExampleLoader loader) {

  /** Loader of the examples and of the factory that trains on them. */
  public interface ExampleLoader {
    /**
     * Reads the examples from disk.
     *
     * @throws IOException when they exist and cannot be read
     */
    TrainingRunFactory load(MobulaRuntime runtime) throws IOException;
  }

  /**
   * Runs the program with options; ends this process with exit code 2 when they are invalid.
   *
   * @throws IOException when existing examples cannot be read, or the plot cannot be written
   */
  public void main(String... args) throws IOException {
    TrainingSettings settings;
    try {
      settings = usual.with(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + " Options: " + TrainingSettings.USAGE);
      System.exit(2);
      return;
    }
    run(settings, System.out);
  }

  /**
   * Trains, and prints the results to {@code out}.
   *
   * @throws IOException when existing examples cannot be read, or the plot cannot be written
   */
  public void run(TrainingSettings settings, PrintStream out) throws IOException {
    var missing = missingReason.get();
    if (missing.isPresent()) {
      out.println(name + ": skipped. " + missing.get());
      return;
    }
    CurvesPlot.makeFolder(settings.plot());
    var results = results(settings);
    CurvesPlot.write(
        settings.plot(), results.stream().map(result -> result.worst().curve()).toList());
    out.println("plot: " + settings.plot().toAbsolutePath());
    results.forEach(result -> out.println(name + ": " + result.line()));
  }

  private List<TrainingResult> results(TrainingSettings settings) throws IOException {
    if (settings.nodes() == 1) {
      try (var runtime = Mobula.init()) {
        return new TrainingExperiment(loader.load(runtime), settings).results();
      }
    }
    try (var cluster = LocalCluster.start(settings.nodes())) {
      return new TrainingExperiment(loader.load(cluster.runtime()), settings).results();
    }
  }
}
