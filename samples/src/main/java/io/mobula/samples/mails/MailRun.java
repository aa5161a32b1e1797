package io.mobula.samples.mails;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.placement.Placement;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.SparseTable;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.samples.training.BatchSampler;
import io.mobula.samples.training.EvaluationResult;
import io.mobula.samples.training.SyncMode;
import io.mobula.samples.training.TrainingRun;
import io.mobula.samples.training.WorkerGroup;

/**
 * Training run with a parameter server of one table, which has a weight for each key, and a worker
 * actor for each rank.
 */
final class MailRun implements TrainingRun {
  private static final int SHARDS = 2;

  private final MobulaRuntime runtime;
  private final MailSplit mails;
  private final BatchSampler batches;
  private final ParameterServer server;
  private final SparseTable table;
  private final WorkerGroup workerGroup;

  /** Creates a run before its first step, when all workers have joined. */
  MailRun(MobulaRuntime runtime, MailSplit mails, BatchSampler batches, SyncMode mode) {
    this.runtime = runtime;
    this.mails = mails;
    this.batches = batches;
    this.server = ParameterServer.builder(runtime).shards(SHARDS).build();
    try {
      this.table = table(mode);
      this.workerGroup = new WorkerGroup(runtime, batches.workers(), this::worker);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Creates the table, with the same rate for any mode: the size of an AdaGrad step does not depend
   * on the size of the gradients.
   */
  private SparseTable table(SyncMode mode) {
    return server
        .sparse("mails", 1)
        .consistency(mode.consistency())
        .optimizer(Optimizers.adagrad(MailBaseline.RATE).initialSum(MailBaseline.FIRST_SUM))
        .create();
  }

  /**
   * Starts the worker of a rank, on a dedicated thread, since it computes for long and waits for
   * others.
   */
  private ActorHandle<MailWorker> worker(int rank) {
    return runtime
        .actor(MailWorker::new, batches, mails.train(), table, rank)
        .placement(Placement.spread())
        .dedicatedThread()
        .remote();
  }

  @Override
  public double[] learn(int steps) {
    return workerGroup.learn(steps);
  }

  @Override
  public EvaluationResult evaluate() {
    return LogisticRegression.confusion(mails.test(), weights(mails.test().keys()))
        .evaluation();
  }

  /**
   * Returns the current weights of some keys. Joins the table for that, while no other worker has a
   * step to end.
   */
  float[] weights(long... keys) {
    try (var reader = table.join(batches.workers())) {
      return reader.pull(keys);
    }
  }

  /** Returns the number of updates of the shard with the most updates. */
  @Override
  public long updates() {
    return table.metrics().stream().mapToLong(shard -> shard.updates()).max().orElseThrow();
  }

  @Override
  public void close() {
    try {
      workerGroup.close();
    } finally {
      server.close();
    }
  }
}
