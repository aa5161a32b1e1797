package io.mobula.samples.fashion;

import io.mobula.ps.DenseTable;
import io.mobula.ps.DenseWorker;
import io.mobula.ps.PulledParameters;
import io.mobula.samples.training.TrainingActor;
import java.io.IOException;

/**
 * Worker actor that trains on the images of one rank: it computes the gradient of a batch, pushes
 * it, ends the step, and pulls the parameters of the next step.
 */
final class FashionWorker implements TrainingActor {
  private final FashionTrainingConfig config;
  private final FashionSet images;
  private final TwoLayerNetwork network;
  private final float[] parameters;
  private final float[] gradient;
  private final DenseWorker server;

  /** Joins the table and pulls the first parameters. */
  FashionWorker(FashionTrainingConfig config, DenseTable table, int rank) throws IOException {
    this.config = config;
    this.images = config.images();
    this.network = config.network();
    this.parameters = new float[network.size()];
    this.gradient = new float[network.size()];
    this.server = table.join(rank);
    take(server.pull());
  }

  @Override
  public long steps() {
    return server.steps();
  }

  @Override
  public double[] learn(int steps) {
    var losses = new double[steps];
    for (int i = 0; i < steps; i++) {
      int[] batch = config.batches().batch(server.steps(), server.rank());
      losses[i] = network.gradient(parameters, images, batch, gradient);
      take(next());
    }
    return losses;
  }

  /**
   * Ends a step and returns the parameters of the next. The three calls would work in any mode;
   * where all workers wait for each other anyway, the combined call saves two round trips to every
   * shard.
   */
  private PulledParameters next() {
    return switch (config.mode()) {
      case SYNCHRONOUS -> server.exchange(gradient);
      case BOUNDED, ASYNCHRONOUS -> {
        server.push(gradient);
        server.clock();
        yield server.pull();
      }
    };
  }

  private void take(PulledParameters pulled) {
    try (pulled) {
      pulled.copyTo(parameters);
    }
  }

  @Override
  public void leave() {
    server.close();
  }
}
