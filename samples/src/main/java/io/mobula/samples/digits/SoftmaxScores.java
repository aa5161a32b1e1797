package io.mobula.samples.digits;

/** Arithmetic on a model's last outputs: one score per class. Pure. */
final class SoftmaxScores {
  private SoftmaxScores() {}

  /**
   * Turns scores into the errors that cross entropy after a softmax gives them: probability minus
   * what should be.
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

  /** The class with the highest score, the first of equals. */
  static int highest(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
