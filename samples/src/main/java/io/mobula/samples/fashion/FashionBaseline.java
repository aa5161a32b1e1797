package io.mobula.samples.fashion;

import io.mobula.samples.training.BatchSampler;
import java.util.stream.IntStream;

/**
 * Training on one thread, without any server: what synchronous training with as many workers must
 * come to. In each step every worker's gradient is taken in turn, and plain descent follows their
 * mean.
 */
final class FashionBaseline {
  private final FashionSet set;
  private final TwoLayerNetwork network;
  private final BatchSampler batches;
  private final float rate;
  private final float[] parameters;
  private long steps;

  /**
   * Stands before the first step.
   *
   * @param batches the workers, their shares, and the seed, which decides the first parameters, too
   * @param rate how far the mean gradient moves a parameter
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
   * Makes so many more steps.
   *
   * @return for each the mean loss of its examples before it, in nats
   */
  double[] learn(int more) {
    return IntStream.range(0, more).mapToDouble(i -> step()).toArray();
  }

  /** The parameters as they are; the next step changes them. */
  float[] parameters() {
    return parameters;
  }

  /** Adds up in the order of the ranks; another order may differ in the last bits. */
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
