package io.mobula.samples.fashion;

import io.mobula.samples.training.BatchSampler;
import java.util.stream.IntStream;

/**
 * Training on one thread without a server, the expected result of synchronous training with as many
 * workers. In each step the gradient of every worker is computed in turn, and plain gradient
 * descent follows their mean.
 */
final class FashionBaseline {
  private final FashionSet set;
  private final TwoLayerNetwork network;
  private final BatchSampler batches;
  private final float rate;
  private final float[] parameters;
  private long steps;

  /**
   * Creates a training before its first step.
   *
   * @param batches the workers, their batches, and the seed, which also determines the first
   *     parameters
   * @param rate factor of the mean gradient
   */
  FashionBaseline(FashionSet set, TwoLayerNetwork network, BatchSampler batches, float rate) {
    if (set.count() != batches.examples()) {
      throw new IllegalArgumentException(
          "The set has " + set.count() + " images, the batches want " + batches.examples() + ".");
    }
    this.set = set;
    this.network = network;
    this.batches = batches;
    this.rate = rate;
    this.parameters = network.initial(batches.seed());
  }

  /**
   * Runs {@code more} further steps.
   *
   * @return for each step the mean loss of its examples before the step, in nats
   */
  double[] learn(int more) {
    return IntStream.range(0, more).mapToDouble(i -> step()).toArray();
  }

  /** Returns the current parameters, which the next step changes. */
  float[] parameters() {
    return parameters;
  }

  /**
   * Runs one training step. The sum follows the order of the ranks; another order may differ in the
   * last bits.
   */
  private double step() {
    var gradient = new float[parameters.length];
    var sum = new float[parameters.length];
    double loss = 0;
    for (int rank = 0; rank < batches.workers(); rank++) {
      loss += network.gradient(parameters, set, batches.batch(steps, rank), gradient);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += gradient[i];
      }
    }
    for (int i = 0; i < sum.length; i++) {
      parameters[i] -= rate * (sum[i] / batches.workers());
    }
    steps++;
    return loss / batches.workers();
  }
}
