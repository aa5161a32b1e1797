package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.samples.training.Batches;
import io.mobula.samples.training.DataFolders;
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
    var files = MailFiles.chosen(DataFolders.ofThisProcess());
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
    var test = all.test().whole();
    var batches = new Batches(1, 48, train.count(), 1);
    var baseline = new Baseline(train, batches);
    baseline.learn(3 * (int) batches.stepsPerEpoch());

    var verdicts = LogisticRegression.verdicts(test, baseline.weights(test.keys()));
    assertThat(verdicts.accuracy()).isGreaterThan(0.98);
    assertThat(verdicts.precision()).isGreaterThan(0.97);
    assertThat(verdicts.recall()).isGreaterThan(0.95);
  }
}
