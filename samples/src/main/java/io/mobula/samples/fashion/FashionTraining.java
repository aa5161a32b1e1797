package io.mobula.samples.fashion;

import io.mobula.samples.training.DataFolders;
import io.mobula.samples.training.TrainingProgram;
import io.mobula.samples.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Training program: a network learns Fashion-MNIST on one thread, and then from a parameter server
 * of two shards with three worker actors, optionally on several processes, once for each way in
 * which workers may wait for each other. {@link TrainingProgram} describes the output.
 */
public final class FashionTraining {
  private static final TrainingSettings USUAL =
      TrainingSettings.usual(5, Path.of("mobula-fashion.png"));

  private FashionTraining() {}

  /**
   * Runs the program with options such as {@code --nodes 3 --mode all --epochs 5 --runs 5 --plot
   * plot.png}; the exit code is 2 when they are invalid.
   */
  public static void main(String[] args) throws IOException {
    program(FashionFiles.chosen(DataFolders.ofThisProcess())).main(args);
  }

  static TrainingProgram program(FashionFiles files) {
    return new TrainingProgram(
        "fashion", USUAL, files::missingReason, runtime -> new FashionRunFactory(runtime, files));
  }
}
