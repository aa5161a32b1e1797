package io.mobula.samples.fashion;

import io.mobula.samples.training.DataFolders;
import io.mobula.samples.training.TrainingProgram;
import io.mobula.samples.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A network learns Fashion-MNIST on one thread, and then from a parameter server of two shards, by
 * three worker actors, on several processes if wanted: once for each way in which workers may wait
 * for each other. {@link TrainingProgram} says what it writes.
 */
public final class FashionTraining {
  private static final TrainingSettings USUAL =
      TrainingSettings.usual(5, Path.of("mobula-fashion.png"));

  private FashionTraining() {}

  /**
   * Runs it, with options as {@code --nodes 3 --mode all --epochs 5 --runs 5 --plot plot.png}; the
   * exit code is 2 when they cannot be meant.
   */
  public static void main(String[] args) throws IOException {
    program(FashionFiles.chosen(DataFolders.ofThisProcess())).main(args);
  }

  static TrainingProgram program(FashionFiles files) {
    return new TrainingProgram(
        "fashion", USUAL, files::missingReason, runtime -> new FashionRunFactory(runtime, files));
  }
}
