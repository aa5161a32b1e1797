package io.mobula.samples.fashion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.DataFolders;
import io.mobula.samples.training.SyncMode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Test that trains on the real images with three workers in this JVM; skipped, with the reason,
 * where they are not installed.
 */
@Timeout(60)
class FashionTrainingTest {
  private static final int STEPS = 40;
  private static final BatchSampler BATCHES = new BatchSampler(3, 32, 6_000, 1);

  /**
   * Relative tolerance: the shards sum the workers' gradients in an order of their own, the
   * baseline in that of the ranks, so that the last bits differ, with their effect on later
   * gradients. The difference was below 1e-6.
   */
  private static final double TOLERANCE = 1e-4;

  private static FashionFiles files;
  private static FashionSet test;
  private static MobulaRuntime runtime;

  @BeforeAll
  static void start() throws IOException {
    files = FashionFiles.chosen(DataFolders.ofThisProcess());
    files.missingReason().ifPresent(reason -> {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    });
    test = files.test();
    runtime = Mobula.init();
  }

  @AfterAll
  static void stop() {
    if (runtime != null) {
      runtime.close();
    }
  }

  @Test
  void comesToWhatOneThreadComesToWhenAllWaitForEachOther() throws IOException {
    var config = lesson(SyncMode.SYNCHRONOUS);
    var baseline =
        new FashionBaseline(config.images(), config.network(), BATCHES, FashionTrainingConfig.RATE);
    double[] wanted = baseline.learn(STEPS);
    try (var run = new FashionRun(runtime, config, test)) {
      var losses = run.learn(STEPS);

      for (int step = 0; step < STEPS; step++) {
        assertThat(losses[step])
            .as("loss of step %d", step)
            .isCloseTo(wanted[step], withinPercentage(100 * TOLERANCE));
      }
      assertThat(distance(run.parameters(), baseline.parameters()))
          .isLessThan(TOLERANCE * distance(start(config), baseline.parameters()));
      assertThat(run.updates()).isEqualTo(STEPS);
    }
  }

  private static float[] start(FashionTrainingConfig config) {
    return config.network().initial(BATCHES.seed());
  }

  private static double distance(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SYNCHRONOUS")
  void learnsWhenTheyDoNot(SyncMode mode) {
    var config = lesson(mode);
    try (var run = new FashionRun(runtime, config, test)) {
      run.learn(STEPS / 2);
      run.learn(STEPS / 2);

      assertThat(run.evaluate().accuracy()).isGreaterThan(0.6);
      assertThat(run.updates()).isEqualTo((long) STEPS * BATCHES.workers());
    }
  }

  private static FashionTrainingConfig lesson(SyncMode mode) {
    return new FashionTrainingConfig(mode, files, TwoLayerNetwork.HIDDEN, BATCHES);
  }
}
