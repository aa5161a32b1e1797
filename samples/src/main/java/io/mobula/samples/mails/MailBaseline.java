package io.mobula.samples.mails;

import io.mobula.samples.training.BatchSampler;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Training on one thread, without any server, by AdaGrad (Duchi, Hazan and Singer, 2011): what
 * synchronous training with as many workers must come to. A weight moves by {@code rate * g /
 * sqrt(sum of g * g)}, so that rare keys learn as fast as frequent ones.
 */
final class MailBaseline {
  /** How far the first gradient of a key moves its weight, at most. */
  static final float RATE = 0.3f;

  /**
   * What the sums of squares begin with. From zero, the first gradient of a key would move it by
   * the full rate, even one that is nothing but what rounding left of gradients that cancel out.
   */
  static final float FIRST_SUM = 1e-8f;

  private final MailSet set;
  private final BatchSampler batches;
  private final float[] weights = new float[MailFeatures.KEYS];
  private final float[] squares = new float[MailFeatures.KEYS];
  private long steps;

  /**
   * Stands before the first step: all weights are zero.
   *
   * @param batches the workers and their shares
   */
  MailBaseline(MailSet set, BatchSampler batches) {
    if (set.count() != batches.examples()) {
      throw new IllegalArgumentException(
          "The set has " + set.count() + " mails, the batches want " + batches.examples() + ".");
    }
    this.set = set;
    this.batches = batches;
    Arrays.fill(squares, FIRST_SUM);
  }

  /**
   * Makes so many more steps.
   *
   * @return for each the mean loss of its mails before it, in nats
   */
  double[] learn(int more) {
    return IntStream.range(0, more).mapToDouble(i -> step()).toArray();
  }

  /** Takes the batches of all workers as one: they are of one size, so it has the mean gradient. */
  private double step() {
    var batch = set.batch(IntStream.range(0, batches.workers())
        .flatMap(rank -> Arrays.stream(batches.batch(steps, rank)))
        .toArray());
    var gradient = new float[batch.keys().length];
    double loss = LogisticRegression.gradient(batch, weights(batch.keys()), gradient);
    for (int i = 0; i < gradient.length; i++) {
      move((int) batch.keys()[i], gradient[i]);
    }
    steps++;
    return loss;
  }

  private void move(int key, float gradient) {
    squares[key] += gradient * gradient;
    weights[key] -= (float) (RATE * gradient / Math.sqrt(squares[key]));
  }

  /** The weights of some keys as they are. */
  float[] weights(long[] keys) {
    var some = new float[keys.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = weights[(int) keys[i]];
    }
    return some;
  }
}
