package io.mobula.samples.fashion;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.placement.Placement;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.samples.training.EvaluationResult;
import io.mobula.samples.training.TrainingRun;
import io.mobula.samples.training.WorkerGroup;

/** Training run with a parameter server of one table, and a worker actor for each rank. */
final class FashionRun implements TrainingRun {
  private static final int SHARDS = 2;

  private final MobulaRuntime runtime;
  private final FashionTrainingConfig config;
  private final FashionSet test;
  private final ParameterServer server;
  private final DenseTable table;
  private final WorkerGroup workerGroup;

  /** Creates a run before its first step, when all workers have joined. */
  FashionRun(MobulaRuntime runtime, FashionTrainingConfig config, FashionSet test) {
    this.runtime = runtime;
    this.config = config;
    this.test = test;
    this.server = ParameterServer.builder(runtime).shards(SHARDS).build();
    try {
      this.table = table();
      this.workerGroup = new WorkerGroup(runtime, config.batches().workers(), this::worker);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private DenseTable table() {
    var first = config.network().initial(config.batches().seed());
    return server
        .dense("fashion", first.length)
        .consistency(config.mode().consistency())
        .optimizer(config.optimizer())
        .initial(first)
        .create();
  }

  /**
   * Starts the worker of a rank, on a dedicated thread, since it computes for long and waits for
   * others.
   */
  private ActorHandle<FashionWorker> worker(int rank) {
    return runtime
        .actor(FashionWorker::new, config, table, rank)
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
    return EvaluationResult.of(config.network().accuracy(parameters(), test));
  }

  /** Returns a copy of the current parameters. */
  float[] parameters() {
    return table.toFloats();
  }

  @Override
  public long updates() {
    return table.updates();
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
