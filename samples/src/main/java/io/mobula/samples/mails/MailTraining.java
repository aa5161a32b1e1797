package io.mobula.samples.mails;

import io.mobula.samples.training.DataFolders;
import io.mobula.samples.training.TrainingProgram;
import io.mobula.samples.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Training program: sparse logistic regression learns to recognize spam on one thread, and then
 * from a sparse table on two shards with three worker actors, optionally on several processes, once
 * for each way in which workers may wait for each other. {@link TrainingProgram} describes the
 * output, which also has the precision and the recall of spam.
 */
public final class MailTraining {
  private static final TrainingSettings USUAL =
      TrainingSettings.usual(5, Path.of("mobula-mails.png"));

  private MailTraining() {}

  /**
   * Runs the program with options such as {@code --nodes 3 --mode all --epochs 5 --runs 5 --plot
   * plot.png}; the exit code is 2 when they are invalid.
   */
  public static void main(String[] args) throws IOException {
    program(MailFiles.chosen(DataFolders.ofThisProcess())).main(args);
  }

  static TrainingProgram program(MailFiles files) {
    return new TrainingProgram(
        "mails", USUAL, files::missingReason, runtime -> new MailRunFactory(runtime, files.read()));
  }
}
