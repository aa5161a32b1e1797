package io.mobula.samples.fashion;

import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.SyncMode;
import java.io.IOException;

/**
 * Configuration of a training that all its workers share; sent to each of them.
 *
 * @param mode how the workers wait for each other
 * @param files where every worker finds the images
 * @param hidden number of hidden units of the network
 * @param batches batches of each worker; its number of examples says how many of the first images
 *     take part
 */
record FashionTrainingConfig(SyncMode mode, FashionFiles files, int hidden, BatchSampler batches) {
  /** Factor of the mean gradient. */
  static final float RATE = 0.1f;

  /** Returns a new network, since an instance is for one thread. */
  TwoLayerNetwork network() {
    return new TwoLayerNetwork(hidden);
  }

  /**
   * Returns plain gradient descent. Where every gradient is applied by itself, the rate is divided
   * by the number of workers, so that a step of all workers goes as far as with the mean gradient.
   */
  Optimizer optimizer() {
    return switch (mode) {
      case SYNCHRONOUS -> Optimizers.sgd(RATE);
      case BOUNDED, ASYNCHRONOUS -> Optimizers.sgd(RATE / batches.workers());
    };
  }

  /** Returns the training images; after the first call in a process they come from memory. */
  FashionSet images() throws IOException {
    var all = TrainingImageCache.train(files);
    return batches.examples() == all.count() ? all : all.first(batches.examples());
  }
}
