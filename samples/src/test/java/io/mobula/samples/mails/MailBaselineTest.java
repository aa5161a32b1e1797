package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.util.HashSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Test on the real mails; skipped, with the reason, where they are not installed. */
class MailBaselineTest {
  private static MailSet all;

  @BeforeAll
  static void read() throws IOException {
    var files = MailFiles.chosen(DataFolders.ofThisProcess());
    files.missingReason().ifPresent(reason -> {
      System.out.println("skipped: " + reason);
      Assumptions.abort(reason);
    });
    all = files.read();
  }

  @Test
  void splitsTheMails() {
    assertThat(all.count()).isEqualTo(6_046);
    assertThat(all.mails().stream().filter(MailExample::spam)).hasSize(1_896);
    var train = new HashSet<>(all.train().mails());
    assertThat(all.test().mails()).doesNotContainAnyElementsOf(train);
    assertThat(all.test().count() + train.size()).isEqualTo(all.count());
    assertThat((double) all.test().count() / all.count()).isBetween(0.18, 0.22);
  }

  @Test
  void tellsSpamFromHam() {
    var train = all.train();
    var test = all.test().whole();
    var batches = new BatchSampler(1, 48, train.count(), 1);
    var baseline = new MailBaseline(train, batches);
    baseline.learn(3 * (int) batches.stepsPerEpoch());

    var confusionMatrix = LogisticRegression.confusion(test, baseline.weights(test.keys()));
    assertThat(confusionMatrix.accuracy()).isGreaterThan(0.98);
    assertThat(confusionMatrix.precision()).isGreaterThan(0.97);
    assertThat(confusionMatrix.recall()).isGreaterThan(0.95);
  }
}
