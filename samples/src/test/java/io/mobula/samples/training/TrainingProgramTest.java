package io.mobula.samples.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.samples.training.EvaluationResult.Metric;
import io.mobula.samples.training.LearningCurve.Point;
import io.mobula.samples.training.TrainingResult.Outcome;
import io.mobula.samples.training.TrainingSettings.ModeSelection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of the output of a training program, without a parameter server. */
class TrainingProgramTest {
  private static final int STEPS_PER_EPOCH = 10;

  @TempDir
  Path folder;

  @Test
  void saysWhatIsMissing() throws IOException {
    assertThat(told(Optional.of("Fetch it.")))
        .isEqualTo("name: skipped. Fetch it." + System.lineSeparator());
  }

  @Test
  void trainsToTheEndAndTellsHowItWent() throws IOException {
    var plot = plot();

    assertThat(told(Optional.empty()).lines())
        .hasSize(2)
        .startsWith("plot: " + plot)
        .last()
        .asString()
        .matches("name: mode=baseline accuracy=0\\.020 epochs=2 seconds=\\d\\.\\d updates=20");
    assertThat(plot).isNotEmptyFile();
  }

  private Path plot() {
    return folder.resolve("new").resolve("plot.png");
  }

  private String told(Optional<String> absence) throws IOException {
    var written = new ByteArrayOutputStream();
    var settings = new TrainingSettings(1, new ModeSelection(true, List.of()), 2, 1, plot());
    new TrainingProgram("name", settings, () -> absence, runtime -> new CountingRunFactory())
        .run(settings, new PrintStream(written, true, StandardCharsets.UTF_8));
    return written.toString(StandardCharsets.UTF_8);
  }

  /** Factory whose model gains a thousandth of accuracy with every step. */
  private static final class CountingRunFactory implements TrainingRunFactory {
    @Override
    public long stepsPerEpoch() {
      return STEPS_PER_EPOCH;
    }

    @Override
    public TrainingRun begin(SyncMode mode) {
      throw new AssertionError("nobody asked for " + mode);
    }

    @Override
    public TrainingRun baseline() {
      var steps = new int[1];
      return new SingleThreadRun(
          more -> {
            steps[0] += more;
            var losses = new double[more];
            Arrays.fill(losses, 1);
            return losses;
          },
          () -> EvaluationResult.of(steps[0] / 1000.0));
    }
  }

  @Test
  void tellsTheWorstOfSeveralRuns() {
    assertThat(new TrainingResult("synchronous", false, 5, List.of(outcome(31.44, 0.8629))).line())
        .isEqualTo("mode=synchronous accuracy=0.862 recall=0.431 epochs=5 seconds=31.4 updates=7");
    var outcomes = List.of(outcome(2, 0.85), outcome(3, 0.7999), outcome(4, 0.81));
    assertThat(new TrainingResult("bounded", true, 1, outcomes).line())
        .isEqualTo("mode=bounded accuracy_min=0.799 runs=3 recall=0.399 epochs=1"
            + " seconds=3.0 updates=7");
  }

  private static Outcome outcome(double seconds, double accuracy) {
    var early = new Point(seconds / 2, 2, accuracy / 2);
    var points = List.of(early, new Point(seconds, 1, accuracy));
    return new Outcome(
        new LearningCurve("one", points, 7),
        EvaluationResult.of(accuracy, new Metric("recall", accuracy / 2)));
  }
}
