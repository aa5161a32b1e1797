package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mobula.samples.training.BatchSampler;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LogisticRegressionTest {
  private static final long SEED = 3;
  private static final SparseBatch BATCH = SparseBatch.of(mails(12));

  /**
   * Compares the gradient with central differences; the sums are doubles, so that only the weights
   * are rounded.
   */
  @Test
  void givesTheGradientThatDifferencesGive() {
    float[] weights = weights();
    var gradient = new float[weights.length];
    LogisticRegression.gradient(BATCH, weights, gradient);
    for (int i = 0; i < weights.length; i++) {
      assertThat((double) gradient[i])
          .as("seed %d, key %d", SEED, i)
          .isCloseTo(slope(weights, i), within(1e-4));
    }
  }

  private static double slope(float[] weights, int i) {
    return (lossAt(weights, i, 1e-3f) - lossAt(weights, i, -1e-3f)) / 2e-3;
  }

  private static double lossAt(float[] weights, int i, float step) {
    float[] moved = weights.clone();
    moved[i] += step;
    return LogisticRegression.gradient(BATCH, moved, new float[moved.length]);
  }

  @Test
  void losesOneBitWhereItKnowsNothing() {
    var nothing = new float[BATCH.keys().length];
    assertThat(LogisticRegression.gradient(BATCH, nothing, new float[nothing.length]))
        .isCloseTo(Math.log(2), within(1e-12));
  }

  @Test
  void staysFiniteWhenItIsSureAndWrong() {
    var mail = SparseBatch.of(List.of(new MailExample("a", true, new long[] {0})));
    var gradient = new float[1];
    assertThat(LogisticRegression.gradient(mail, new float[] {-1e6f}, gradient)).isEqualTo(1e6);
    assertThat(gradient).containsExactly(-1);
    assertThat(LogisticRegression.gradient(mail, new float[] {1e6f}, gradient)).isZero();
    assertThat(gradient[0]).isZero();
  }

  @Test
  void learnsWhatCanBeTold() {
    var baseline = new MailBaseline(new MailSet(mails(12)), new BatchSampler(1, 12, 12, SEED));
    double[] losses = baseline.learn(50);
    assertThat(losses[49]).isLessThan(losses[0] / 2);
    assertThat(
            LogisticRegression.confusion(BATCH, baseline.weights(BATCH.keys())).accuracy())
        .isEqualTo(1);
  }

  @Test
  void countsWhatItGetsRight() {
    var batch = SparseBatch.of(List.of(
        new MailExample("a", true, new long[] {0}),
        new MailExample("b", true, new long[] {1}),
        new MailExample("c", true, new long[] {0, 1}),
        new MailExample("d", false, new long[] {0}),
        new MailExample("e", false, new long[] {1})));
    var confusionMatrix = LogisticRegression.confusion(batch, new float[] {2, -1});
    assertThat(confusionMatrix).isEqualTo(new ConfusionMatrix(2, 1, 1, 1));
    assertThat(confusionMatrix.accuracy()).isEqualTo(0.6);
    assertThat(confusionMatrix.precision()).isEqualTo(2 / 3.0);
    assertThat(confusionMatrix.recall()).isEqualTo(2 / 3.0);
    assertThat(new ConfusionMatrix(0, 3, 0, 2).precision()).isZero();
  }

  @Test
  void refusesWeightsOfOtherKeysAndBatchesOfAnotherSet() {
    assertThatThrownBy(() -> LogisticRegression.confusion(BATCH, new float[1]))
        .hasMessageContaining("keys, not 1");
    assertThatThrownBy(() -> new MailBaseline(new MailSet(mails(12)), new BatchSampler(1, 1, 7, 1)))
        .hasMessageContaining("12 mails, the batches want 7");
  }

  private static float[] weights() {
    var random = new Random(SEED);
    var weights = new float[BATCH.keys().length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  private static List<MailExample> mails(int count) {
    var random = new Random(SEED);
    return IntStream.range(0, count)
        .mapToObj(i -> new MailExample("mail " + i, random.nextBoolean(), someKeys(random)))
        .toList();
  }

  private static long[] someKeys(Random random) {
    return LongStream.range(0, 40)
        .filter(key -> key == MailFeatures.INTERCEPT || random.nextInt(3) == 0)
        .toArray();
  }
}
