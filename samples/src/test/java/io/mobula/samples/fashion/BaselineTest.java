package io.mobula.samples.fashion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Learns from the images themselves; where they are not, it is skipped and says why. */
class BaselineTest {
  private static final float RATE = 0.1f;

  private static FashionSet train;
  private static FashionSet test;

  @BeforeAll
  static void read() throws IOException {
    var files = FashionFiles.chosen();
    files.absence().ifPresent(reason -> {
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
    var baseline = new Baseline(train, network, new Batches(2, 32, train.count(), 1), RATE);
    assertThat(network.accuracy(baseline.parameters(), test)).isLessThan(0.3);

    baseline.learn(300);
    assertThat(network.accuracy(baseline.parameters(), test)).isGreaterThan(0.75);
    assertThat(baseline.losses()).hasSize(300);
    assertThat(mean(baseline, 270, 300)).isLessThan(mean(baseline, 0, 30) / 2);
  }

  private static double mean(Baseline baseline, int from, int to) {
    return baseline.losses().subList(from, to).stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElseThrow();
  }

  @Test
  void comesToTheSameWithAnyNumberOfWorkers() {
    var alone = learned(new Batches(1, 48, train.count(), 1));
    var shared = learned(new Batches(4, 12, train.count(), 1));
    for (int i = 0; i < 20; i++) {
      assertThat(shared.losses().get(i)).isCloseTo(alone.losses().get(i), within(1e-3));
    }
    assertThat(shared.parameters())
        .isEqualTo(learned(new Batches(4, 12, train.count(), 1)).parameters());
  }

  private static Baseline learned(Batches batches) {
    var baseline = new Baseline(train, new TwoLayerNetwork(16), batches, RATE);
    baseline.learn(20);
    return baseline;
  }

  @Test
  void refusesBatchesOfAnotherSet() {
    var batches = new Batches(1, 1, 7, 1);
    assertThatThrownBy(() -> new Baseline(train, new TwoLayerNetwork(1), batches, RATE))
        .hasMessageContaining("6000 images, the batches want 7");
  }
}
