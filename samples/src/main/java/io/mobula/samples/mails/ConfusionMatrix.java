package io.mobula.samples.mails;

import io.mobula.samples.training.EvaluationResult;
import io.mobula.samples.training.EvaluationResult.Metric;

/**
 * Confusion matrix: numbers of mails by label and prediction.
 *
 * @param truePositives spam that is predicted to be spam
 * @param falseNegatives spam that is not predicted to be spam
 * @param falsePositives other mails that are predicted to be spam
 * @param trueNegatives other mails that are not predicted to be spam
 */
record ConfusionMatrix(
    int truePositives, int falseNegatives, int falsePositives, int trueNegatives) {
  /** Returns the share of all mails that is predicted correctly. */
  double accuracy() {
    return share(truePositives + trueNegatives, falseNegatives + falsePositives);
  }

  /** Returns the share of spam among the mails that are predicted to be spam. */
  double precision() {
    return share(truePositives, falsePositives);
  }

  /** Returns the share of the spam that is predicted to be spam. */
  double recall() {
    return share(truePositives, falseNegatives);
  }

  private static double share(int right, int wrong) {
    return right == 0 ? 0 : (double) right / (right + wrong);
  }

  /** Returns all three shares. */
  EvaluationResult evaluation() {
    return EvaluationResult.of(
        accuracy(), new Metric("precision", precision()), new Metric("recall", recall()));
  }
}
