package io.mobula.samples.fashion;

/** Arithmetic on one score per class. Pure. */
final class SoftmaxLoss {
  private SoftmaxLoss() {}

  /**
   * Turns scores into the errors that cross entropy after a softmax gives them: probability minus
   * what should be, times a weight.
   *
   * @return the loss, not weighted: minus the logarithm of the right class's probability, in nats
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

  /** The logarithm of the sum of all exponentials, with none that could overflow. */
  private static double logSum(float[] scores) {
    double highest = scores[highest(scores)];
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - highest);
    }
    return highest + Math.log(sum);
  }

  /** The class with the highest score, the first of equals. */
  static int highest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
