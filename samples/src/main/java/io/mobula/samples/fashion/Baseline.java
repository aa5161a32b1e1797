package io.mobula.samples.fashion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Training on one thread, without any server: what synchronous training with as many workers must
 * come to. In each step every worker's gradient is taken in turn, and plain descent follows their
 * mean.
 */
final class Baseline {
  private final FashionSet set;
  private final TwoLayerNetwork network;
  private final Batches batches;
  private final float rate;
  private final float[] parameters;
  private final List<Double> losses = new ArrayList<>();

  /**
   * Stands before the first step.
   *
   * @param batches the workers, their shares, and the seed, which decides the first parameters, too
   * @param rate how far the mean gradient moves a parameter
   */
  Baseline(FashionSet set, TwoLayerNetwork network, Batches batches, float rate) {
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

  /** Makes so many more steps. */
  void learn(int steps) {
    for (int i = 0; i < steps; i++) {
      losses.add(step(losses.size()));
    }
  }

  /** The mean loss of each step's examples before the step, in nats. */
  List<Double> losses() {
    return Collections.unmodifiableList(losses);
  }

  /** The parameters as they are; the next step changes them. */
  float[] parameters() {
    return parameters;
  }

  /** Adds up in the order of the ranks; another order may differ in the last bits. */
  private double step(long step) {
    var gradient = new float[parameters.length];
    var sum = new float[parameters.length];
    double loss = 0;
    for (int rank = 0; rank < batches.workers(); rank++) {
      loss += network.gradient(parameters, set, batches.of(step, rank), gradient);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += gradient[i];
      }
    }
    for (int i = 0; i < sum.length; i++) {
      parameters[i] -= rate * (sum[i] / batches.workers());
    }
    return loss / batches.workers();
  }
}
