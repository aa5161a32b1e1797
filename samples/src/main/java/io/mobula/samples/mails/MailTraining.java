package io.mobula.samples.mails;

import io.mobula.samples.training.DataFolders;
import io.mobula.samples.training.TrainingProgram;
import io.mobula.samples.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Sparse logistic regression learns to tell spam from other mails on one thread, and then from a
 * sparse table on two shards, by three worker actors, on several processes if wanted: once for each
 * way in which workers may wait for each other. {@link TrainingProgram} says what it writes; its
 * lines have the precision and the recall of spam, too.
 */
public final class MailTraining {
  private static final TrainingSettings USUAL =
      TrainingSettings.usual(5, Path.of("mobula-mails.png"));

  private MailTraining() {}

  /**
   * Runs it, with options as {@code --nodes 3 --mode all --epochs 5 --runs 5 --plot plot.png}; the
   * exit code is 2 when they cannot be meant.
   */
  public static void main(String[] args) throws IOException {
    program(MailFiles.chosen(DataFolders.ofThisProcess())).main(args);
  }

  static TrainingProgram program(MailFiles files) {
    return new TrainingProgram(
        "mails", USUAL, files::missingReason, runtime -> new MailRunFactory(runtime, files.read()));
  }
}
