package io.mobula.samples.mails;

import java.util.Arrays;

/**
 * Logistic regression on the keys of mails: a weight per key, and the odds that a mail is spam are
 * the exponential of its score. A mail with n keys has each of them with a value of 1 / sqrt(n), so
 * that long mails do not outweigh short ones. Pure.
 */
final class LogisticRegression {
  private LogisticRegression() {}

  /**
   * Overwrites {@code gradient} with the mean gradient of a batch; it and the weights belong to the
   * batch's keys, place by place.
   *
   * @return the mean loss: cross entropy, in nats
   */
  static double gradient(SparseBatch batch, float[] weights, float[] gradient) {
    requireOnePerKey(batch, weights);
    requireOnePerKey(batch, gradient);
    Arrays.fill(gradient, 0);
    double loss = 0;
    for (int mail = 0; mail < batch.count(); mail++) {
      int[] places = batch.places(mail);
      double margin = batch.spam(mail) ? score(places, weights) : -score(places, weights);
      double wrong = 1 / (1 + Math.exp(margin));
      loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
      add(places, (batch.spam(mail) ? -wrong : wrong) * value(places) / batch.count(), gradient);
    }
    return loss / batch.count();
  }

  /** The share of a batch that is predicted right. */
  static double accuracy(SparseBatch batch, float[] weights) {
    requireOnePerKey(batch, weights);
    int right = 0;
    for (int mail = 0; mail < batch.count(); mail++) {
      right += score(batch.places(mail), weights) > 0 == batch.spam(mail) ? 1 : 0;
    }
    return (double) right / batch.count();
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
