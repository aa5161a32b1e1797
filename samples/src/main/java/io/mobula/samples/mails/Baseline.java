package io.mobula.samples.mails;

/**
 * Training on one thread, without any server, by AdaGrad (Duchi, Hazan and Singer, 2011): what
 * distributed training is held against. A weight moves by {@code rate * g / sqrt(sum of g * g)}, so
 * that rare keys learn as fast as frequent ones.
 */
final class Baseline {
  /** Keeps the first step of a key from being a division by almost zero. */
  private static final double FLOOR = 1e-8;

  private final float rate;
  private final float[] weights = new float[Features.KEYS];
  private final float[] squares = new float[Features.KEYS];

  /** Stands before the first step: all weights are zero. */
  Baseline(float rate) {
    this.rate = rate;
  }

  /** Learns from a batch; returns its mean loss before that. */
  double learn(SparseBatch batch) {
    var gradient = new float[batch.keys().length];
    double loss = LogisticRegression.gradient(batch, weights(batch), gradient);
    for (int i = 0; i < gradient.length; i++) {
      step((int) batch.keys()[i], gradient[i]);
    }
    return loss;
  }

  private void step(int key, float gradient) {
    squares[key] += gradient * gradient;
    weights[key] -= (float) (rate * gradient / (Math.sqrt(squares[key]) + FLOOR));
  }

  /** The share of a set that is predicted right. */
  double accuracy(MailSet set) {
    var batch = set.whole();
    return LogisticRegression.accuracy(batch, weights(batch));
  }

  private float[] weights(SparseBatch batch) {
    var some = new float[batch.keys().length];
    for (int i = 0; i < some.length; i++) {
      some[i] = weights[(int) batch.keys()[i]];
    }
    return some;
  }
}
