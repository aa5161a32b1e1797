package io.mobula.samples.fashion;

/** Softmax and cross entropy on one score per class. Pure functions. */
final class SoftmaxLoss {
  private SoftmaxLoss() {}

  /**
   * Replaces scores by the errors of cross entropy after a softmax: the probability minus the
   * wanted value, times a weight.
   *
   * @return the loss without the weight: minus the logarithm of the right class's probability, in
   *     nats
   */
  static double toErrors(float[] scores, int label, float weight) {
    double logSum = logSum(scores);
    double loss = logSum - scores[label];
    for (int i = 0; i < scores.length; i++) {
      double wanted = i == label ? 1 : 0;
      scores[i] = (float) ((Math.exp(scores[i] - logSum) - wanted) * weight);
    }
    return loss;
  }

  /** Returns the logarithm of the sum of all exponentials, computed without overflow. */
  private static double logSum(float[] scores) {
    double highest = scores[highest(scores)];
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - highest);
    }
    return highest + Math.log(sum);
  }

  /** Returns the class with the highest score, the first among equals. */
  static int highest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
