package io.mobula.samples.mails;

import io.mobula.samples.training.Judgement;
import io.mobula.samples.training.Judgement.Share;

/**
 * How many mails were predicted to be what.
 *
 * @param hits spam that is predicted to be spam
 * @param misses spam that is not
 * @param falseAlarms what is no spam, but predicted to be
 * @param passes what is no spam, and predicted to be none
 */
record Verdicts(int hits, int misses, int falseAlarms, int passes) {
  /** The share of all mails that is predicted right. */
  double accuracy() {
    return share(hits + passes, misses + falseAlarms);
  }

  /** The share of spam in what is predicted to be spam. */
  double precision() {
    return share(hits, falseAlarms);
  }

  /** The share of the spam that is predicted to be spam. */
  double recall() {
    return share(hits, misses);
  }

  private static double share(int right, int wrong) {
    return right == 0 ? 0 : (double) right / (right + wrong);
  }

  /** All three shares. */
  Judgement judgement() {
    return Judgement.of(
        accuracy(), new Share("precision", precision()), new Share("recall", recall()));
  }
}
