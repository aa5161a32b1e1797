package io.mobula.samples.mails;

import io.mobula.samples.training.EvaluationResult;
import io.mobula.samples.training.EvaluationResult.Metric;

/**
 * How many mails were predicted to be what.
 *
 * @param truePositives spam that is predicted to be spam
 * @param falseNegatives spam that is not
 * @param falsePositives what is no spam, but predicted to be
 * @param trueNegatives what is no spam, and predicted to be none
 */
record ConfusionMatrix(
    int truePositives, int falseNegatives, int falsePositives, int trueNegatives) {
  /** The share of all mails that is predicted right. */
  double accuracy() {
    return share(truePositives + trueNegatives, falseNegatives + falsePositives);
  }

  /** The share of spam in what is predicted to be spam. */
  double precision() {
    return share(truePositives, falsePositives);
  }

  /** The share of the spam that is predicted to be spam. */
  double recall() {
    return share(truePositives, falseNegatives);
  }

  private static double share(int right, int wrong) {
    return right == 0 ? 0 : (double) right / (right + wrong);
  }

  /** All three shares. */
  EvaluationResult evaluation() {
    return EvaluationResult.of(
        accuracy(), new Metric("precision", precision()), new Metric("recall", recall()));
  }
}
