package io.mobula.samples.digits;

import io.mobula.ps.DenseTable;
import io.mobula.ps.ProcessLocation;
import io.mobula.ps.DenseWorker;
import java.util.Arrays;
import java.util.Random;

/**
 * The actor that learns from its share of the images: pulls the weights, computes the gradient of a
 * batch, pushes it and goes on while the shards apply it.
 */
final class TrainingWorker {
  private static final int BATCH = 32;

  private final Model model;
  private final DigitSet train;
  private final Share share;
  private final DenseWorker server;
  private final Random random;

  TrainingWorker(Model model, DenseTable table, DigitSet train, Share share) {
    this.model = model;
    this.train = train;
    this.share = share;
    this.server = table.join(share.index());
    this.random = new Random(share.seed());
  }

  /**
   * Which images are a worker's: every {@code of}-th, from {@code index} on.
   *
   * @param seed decides their order
   */
  record Share(int index, int of, long seed) {
    int[] rows(int count, Random random) {
      int[] order = DigitSet.shuffled((count - index + of - 1) / of, random);
      return Arrays.stream(order).map(i -> index + i * of).toArray();
    }
  }

  ProcessLocation location() {
    return ProcessLocation.here();
  }

  /**
   * Learns from each image of the share once; returns the mean loss when all its gradients are
   * applied.
   */
  float epoch() {
    int[] rows = share.rows(train.count(), random);
    float loss = 0;
    int batches = 0;
    for (int from = 0; from < rows.length; from += BATCH) {
      loss += learn(Arrays.copyOfRange(rows, from, Math.min(from + BATCH, rows.length)));
      batches++;
    }
    server.flush();
    return loss / batches;
  }

  private float learn(int[] batch) {
    var gradient = new float[model.parameters()];
    float loss = model.meanGradient(weights(), train, batch, gradient);
    server.push(gradient);
    return loss;
  }

  private float[] weights() {
    try (var pulled = server.pull()) {
      return pulled.toFloats();
    }
  }
}
