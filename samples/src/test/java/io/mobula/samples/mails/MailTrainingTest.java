package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.SyncMode;
import io.mobula.samples.training.TrainingProgram;
import io.mobula.samples.training.TrainingSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Test that trains on generated mails with three workers in this JVM. */
@Timeout(60)
class MailTrainingTest {
  private static final long SEED = 5;
  private static final int STEPS = 60;

  /**
   * Tolerance: the shards sum the means of three workers, the baseline has one mean, so that the
   * last bits differ, with their effect on later gradients.
   */
  private static final double TOLERANCE = 1e-4;

  private static final MailSet ALL = GeneratedMails.of(1_000, SEED);
  private static final MailSet TRAIN = ALL.train();
  private static final BatchSampler BATCHES = new BatchSampler(3, 16, TRAIN.count(), SEED);

  private static MobulaRuntime runtime;
  private static MailSplit store;

  @TempDir
  Path folder;

  @BeforeAll
  static void start() {
    runtime = Mobula.init();
    store = MailSplit.of(runtime, ALL);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  @Test
  void comesToWhatOneThreadComesToWhenAllWaitForEachOther() {
    var baseline = new MailBaseline(TRAIN, BATCHES);
    double[] wanted = baseline.learn(STEPS);
    try (var run = new MailRun(runtime, store, BATCHES, SyncMode.SYNCHRONOUS)) {
      double[] losses = run.learn(STEPS);

      for (int step = 0; step < STEPS; step++) {
        assertThat(losses[step])
            .as("loss of step %d", step)
            .isCloseTo(wanted[step], withinPercentage(100 * TOLERANCE));
      }
      long[] keys = store.test().keys();
      float[] weights = run.weights(keys);
      float[] same = baseline.weights(keys);
      for (int i = 0; i < keys.length; i++) {
        assertThat((double) weights[i])
            .as("weight of key %d", keys[i])
            .isCloseTo(same[i], within(TOLERANCE));
      }
      assertThat(run.updates()).isEqualTo(STEPS);
    }
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void learnsInAnyMode(SyncMode mode) {
    try (var run = new MailRun(runtime, store, BATCHES, mode)) {
      assertThat(run.evaluate().accuracy()).isLessThan(0.8);
      run.learn(STEPS / 2);
      run.learn(STEPS / 2);

      assertThat(run.evaluate().accuracy()).isGreaterThan(0.9);
    }
  }

  @Test
  void tellsHowWellSpamIsFoundBesideTheBaseline() throws IOException {
    var settings = TrainingSettings.usual(1, folder.resolve("mails.png"));
    var lines = told(
            new TrainingProgram(
                "mails", settings, Optional::empty, here -> new MailRunFactory(here, ALL)),
            settings)
        .lines()
        .toList();

    assertThat(lines).hasSize(5);
    assertThat(lines.get(1))
        .matches("mails: mode=baseline accuracy=0\\.\\d{3} precision=[01]\\.\\d{3} recall=[01]"
            + "\\.\\d{3} epochs=1 seconds=\\S+ updates=\\d+");
    assertThat(lines.subList(2, 5))
        .allMatch(line -> line.matches("mails: mode=.* precision=[01]\\.\\d{3} recall=.*"));
  }

  @Test
  void saysWhatFetchesTheMailsThatAreMissing() throws IOException {
    assertThat(told(
            MailTraining.program(new MailFiles(folder)),
            TrainingSettings.usual(1, folder.resolve("mails.png"))))
        .startsWith("mails: skipped. ")
        .contains("samples/fetch-mails.sh");
  }

  private static String told(TrainingProgram program, TrainingSettings settings)
      throws IOException {
    var written = new ByteArrayOutputStream();
    program.run(settings, new PrintStream(written, true, StandardCharsets.UTF_8));
    return written.toString(StandardCharsets.UTF_8);
  }
}
