package io.mobula.samples.mails;

import java.util.Arrays;

/**
 * Logistic regression on the keys of mails: one weight per key; the odds that a mail is spam are
 * the exponential of its score. Each of the n keys of a mail has the value 1 / sqrt(n), so that
 * long mails do not outweigh short ones. Pure functions.
 */
final class LogisticRegression {
  private LogisticRegression() {}

  /**
   * Overwrites {@code gradient} with the mean gradient of a batch. Gradient and weights have one
   * entry for each of the batch's keys, in the same order.
   *
   * @return the mean loss: cross entropy, in nats
   */
  static double gradient(SparseBatch batch, float[] weights, float[] gradient) {
    requireOnePerKey(batch, weights);
    requireOnePerKey(batch, gradient);
    Arrays.fill(gradient, 0);
    double loss = 0;
    for (int mail = 0; mail < batch.count(); mail++) {
      int[] places = batch.positions(mail);
      double margin = batch.spam(mail) ? score(places, weights) : -score(places, weights);
      double wrong = 1 / (1 + Math.exp(margin));
      loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
      add(places, (batch.spam(mail) ? -wrong : wrong) * value(places) / batch.count(), gradient);
    }
    return loss / batch.count();
  }

  /**
   * Returns the confusion matrix of a batch: a mail is predicted to be spam if its score is above
   * zero.
   */
  static ConfusionMatrix confusion(SparseBatch batch, float[] weights) {
    requireOnePerKey(batch, weights);
    var spam = new int[2]; // false negatives, true positives
    var ham = new int[2]; // true negatives, false positives
    for (int mail = 0; mail < batch.count(); mail++) {
      int predicted = score(batch.positions(mail), weights) > 0 ? 1 : 0;
      (batch.spam(mail) ? spam : ham)[predicted]++;
    }
    return new ConfusionMatrix(spam[1], spam[0], ham[1], ham[0]);
  }

  private static double score(int[] places, float[] weights) {
    double sum = 0;
    for (int place : places) {
      sum += weights[place];
    }
    return sum * value(places);
  }

  private static double value(int[] places) {
    return 1 / Math.sqrt(Math.max(places.length, 1));
  }

  private static void add(int[] places, double slope, float[] gradient) {
    for (int place : places) {
      gradient[place] += (float) slope;
    }
  }

  private static void requireOnePerKey(SparseBatch batch, float[] numbers) {
    if (numbers.length != batch.keys().length) {
      throw new IllegalArgumentException(
          "The batch has " + batch.keys().length + " keys, not " + numbers.length + ".");
    }
  }
}
