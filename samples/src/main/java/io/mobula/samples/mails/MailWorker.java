package io.mobula.samples.mails;

import io.mobula.ps.SparseTable;
import io.mobula.ps.SparseWorker;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.TrainingActor;

/**
 * Worker actor that trains on the mails of one rank: it pulls the weights of the keys in a batch,
 * pushes their gradients, and ends the step. The weights of all other keys are not transferred.
 */
final class MailWorker implements TrainingActor {
  private final BatchSampler batches;
  private final MailSet mails;
  private final SparseWorker server;

  MailWorker(BatchSampler batches, MailSet mails, SparseTable table, int rank) {
    this.batches = batches;
    this.mails = mails;
    this.server = table.join(rank);
  }

  @Override
  public long steps() {
    return server.steps();
  }

  @Override
  public double[] learn(int steps) {
    var losses = new double[steps];
    for (int i = 0; i < steps; i++) {
      losses[i] = step(mails.batch(batches.batch(server.steps(), server.rank())));
    }
    server.flush();
    return losses;
  }

  private double step(SparseBatch batch) {
    float[] weights = server.pull(batch.keys());
    var gradient = new float[weights.length];
    double loss = LogisticRegression.gradient(batch, weights, gradient);
    server.push(batch.keys(), gradient);
    server.clock();
    return loss;
  }

  @Override
  public void leave() {
    server.close();
  }
}
