package io.mobula.samples.fashion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Test on the real images; skipped, with the reason, where they are not installed. */
class FashionBaselineTest {
  private static final float RATE = 0.1f;
  private static final int STEPS = 20;

  private static FashionSet train;
  private static FashionSet test;

  @BeforeAll
  static void read() throws IOException {
    var files = FashionFiles.chosen(DataFolders.ofThisProcess());
    files.missingReason().ifPresent(reason -> {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    });
    train = files.train().first(6_000);
    test = files.test();
    assertThat(test.count()).isEqualTo(10_000);
  }

  @Test
  void learns() {
    var network = new TwoLayerNetwork(32);
    var baseline =
        new FashionBaseline(train, network, new BatchSampler(2, 32, train.count(), 1), RATE);
    assertThat(network.accuracy(baseline.parameters(), test)).isLessThan(0.3);

    var losses = baseline.learn(300);
    assertThat(network.accuracy(baseline.parameters(), test)).isGreaterThan(0.75);
    assertThat(losses).hasSize(300);
    assertThat(mean(losses, 270, 300)).isLessThan(mean(losses, 0, 30) / 2);
  }

  private static double mean(double[] losses, int from, int to) {
    return Arrays.stream(losses, from, to).average().orElseThrow();
  }

  @Test
  void comesToTheSameWithAnyNumberOfWorkers() {
    var alone = baseline(new BatchSampler(1, 48, train.count(), 1)).learn(STEPS);
    var four = baseline(new BatchSampler(4, 12, train.count(), 1));
    var shared = four.learn(STEPS);
    for (int i = 0; i < STEPS; i++) {
      assertThat(shared[i]).isCloseTo(alone[i], within(1e-3));
    }
    var again = baseline(new BatchSampler(4, 12, train.count(), 1));
    again.learn(STEPS);
    assertThat(four.parameters()).isEqualTo(again.parameters());
  }

  private static FashionBaseline baseline(BatchSampler batches) {
    return new FashionBaseline(train, new TwoLayerNetwork(16), batches, RATE);
  }

  @Test
  void refusesBatchesOfAnotherSet() {
    var batches = new BatchSampler(1, 1, 7, 1);
    assertThatThrownBy(() -> new FashionBaseline(train, new TwoLayerNetwork(1), batches, RATE))
        .hasMessageContaining("6000 images, the batches want 7");
  }
}
