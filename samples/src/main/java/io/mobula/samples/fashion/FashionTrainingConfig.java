package io.mobula.samples.fashion;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.SyncMode;
import java.io.IOException;

/**
 * What all workers of a training agree on; travels to each of them.
 *
 * @param mode how they wait for each other
 * @param files where every worker finds the images itself
 * @param hidden how many hidden units the network has
 * @param batches who learns from which images when; how many of the first ones take part is its
 *     number of examples
 */
record FashionTrainingConfig(SyncMode mode, FashionFiles files, int hidden, BatchSampler batches) {
  /** How far a mean gradient moves a parameter. */
  static final float RATE = 0.1f;

  /** An instance of one's own, since one is for one thread. */
  TwoLayerNetwork network() {
    return new TwoLayerNetwork(hidden);
  }

  /**
   * Plain descent. Where every gradient is applied by itself, each moves the parameters less the
   * more workers there are: a step of all of them goes as far as with the mean.
   */
  Optimizer optimizer() {
    return switch (mode) {
      case SYNCHRONOUS -> Optimizers.sgd(RATE);
      case BOUNDED, ASYNCHRONOUS -> Optimizers.sgd(RATE / batches.workers());
    };
  }

  /** The images to learn from; all of them come from memory but for the first time in a process. */
  FashionSet images() throws IOException {
    var all = TrainingImageCache.train(files);
    return batches.examples() == all.count() ? all : all.first(batches.examples());
  }
}
