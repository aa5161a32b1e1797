package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Learns from the mails themselves; where they are not, it is skipped and says why. */
class BaselineTest {
  private static MailSet all;

  @BeforeAll
  static void read() throws IOException {
    var files = MailFiles.chosen();
    files.absence().ifPresent(reason -> {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    });
    all = files.read();
  }

  @Test
  void splitsTheMails() {
    assertThat(all.count()).isEqualTo(6_046);
    assertThat(all.mails().stream().filter(Mail::spam)).hasSize(1_896);
    var train = new HashSet<>(all.train().mails());
    assertThat(all.test().mails()).doesNotContainAnyElementsOf(train);
    assertThat(all.test().count() + train.size()).isEqualTo(all.count());
    assertThat((double) all.test().count() / all.count()).isBetween(0.18, 0.22);
  }

  @Test
  void tellsSpamFromHam() {
    var train = all.train();
    var test = all.test();
    var baseline = new Baseline(0.3f);
    for (int epoch = 0; epoch < 3; epoch++) {
      train.batches(32, epoch).forEach(baseline::learn);
    }
    assertThat(baseline.accuracy(test)).isGreaterThan(0.98);
  }

  @Test
  void takesEveryMailOnceAnEpoch() {
    var batches = all.batches(1_000, 1);
    assertThat(batches).hasSize(7);
    assertThat(batches.stream().mapToInt(SparseBatch::count).sum()).isEqualTo(all.count());
    assertThat(batches.getLast().count()).isEqualTo(46);
    assertThat(all.batches(1_000, 1).getFirst().keys())
        .containsExactly(batches.getFirst().keys());
  }
}
