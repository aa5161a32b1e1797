package io.mobula.samples.digits;

/** Softmax arithmetic on a model's outputs, one score per class. Pure functions. */
final class SoftmaxScores {
  private SoftmaxScores() {}

  /**
   * Replaces scores by the errors of cross entropy after a softmax: the probability minus the
   * wanted value.
   *
   * @return the loss: minus the logarithm of the right class's probability
   */
  static float toErrors(float[] scores, int label) {
    float highest = scores[highest(scores)];
    float sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) Math.exp(scores[i] - highest);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
    float loss = (float) -Math.log(Math.max(scores[label], Float.MIN_NORMAL));
    scores[label] -= 1;
    return loss;
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
