package io.mobula.samples.digits;

import io.mobula.ps.DenseTable;
import io.mobula.ps.DenseWorker;
import io.mobula.ps.ProcessLocation;
import java.util.Arrays;
import java.util.Random;

/**
 * Worker actor that trains on its part of the images: it pulls the weights, computes the gradient
 * of a batch, pushes it and continues while the shards apply it.
 */
final class DigitsWorker {
  private static final int BATCH = 32;

  private final DigitClassifier model;
  private final DigitSet train;
  private final ImagePartition partition;
  private final DenseWorker server;
  private final Random random;

  DigitsWorker(DigitClassifier model, DenseTable table, DigitSet train, ImagePartition partition) {
    this.model = model;
    this.train = train;
    this.partition = partition;
    this.server = table.join(partition.index());
    this.random = new Random(partition.seed());
  }

  /**
   * Images of one worker: every {@code workers}-th, starting at {@code index}.
   *
   * @param seed determines their order
   */
  record ImagePartition(int index, int workers, long seed) {
    int[] rows(int count, Random random) {
      int[] order = DigitSet.shuffled((count - index + workers - 1) / workers, random);
      return Arrays.stream(order).map(i -> index + i * workers).toArray();
    }
  }

  ProcessLocation location() {
    return ProcessLocation.here();
  }

  /**
   * Trains on each image of the part once, and returns the mean loss when all gradients are
   * applied.
   */
  float epoch() {
    int[] rows = partition.rows(train.count(), random);
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
