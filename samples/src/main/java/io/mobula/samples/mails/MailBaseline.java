package io.mobula.samples.mails;

import io.mobula.samples.training.BatchSampler;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Training on one thread without a server, by AdaGrad (Duchi, Hazan and Singer, 2011): the expected
 * result of synchronous training with as many workers. A weight moves by {@code rate * g / sqrt(sum
 * of g * g)}, so that rare keys learn as fast as frequent ones.
 */
final class MailBaseline {
  /** Maximum change of a weight by the first gradient of its key. */
  static final float RATE = 0.3f;

  /**
   * Initial value of the sums of squares. From zero, the first gradient of a key would move its
   * weight by the full rate, even a gradient that is only the rounding error of gradients that
   * cancel out.
   */
  static final float FIRST_SUM = 1e-8f;

  private final MailSet set;
  private final BatchSampler batches;
  private final float[] weights = new float[MailFeatures.KEYS];
  private final float[] squares = new float[MailFeatures.KEYS];
  private long steps;

  /**
   * Creates a training before its first step, with weights of zero.
   *
   * @param batches the workers and their batches
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
   * Runs {@code more} further steps.
   *
   * @return for each step the mean loss of its mails before the step, in nats
   */
  double[] learn(int more) {
    return IntStream.range(0, more).mapToDouble(i -> step()).toArray();
  }

  /**
   * Runs one step on the batches of all workers as one batch, which has the mean gradient since all
   * batches have the same size.
   */
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

  /** Returns the current weights of some keys. */
  float[] weights(long[] keys) {
    var some = new float[keys.length];
    for (int i = 0; i < some.length; i++) {
      some[i] = weights[(int) keys[i]];
    }
    return some;
  }
}
