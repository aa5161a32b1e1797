package io.mobula.samples.fashion;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.Placement;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.samples.training.Judgement;
import io.mobula.samples.training.Team;
import io.mobula.samples.training.TrainingRun;

/** A training by a parameter server with one table, and a worker actor for each rank. */
final class FashionRun implements TrainingRun {
  private static final int SHARDS = 2;

  private final MobulaRuntime runtime;
  private final Lesson lesson;
  private final FashionSet test;
  private final ParameterServer server;
  private final DenseTable table;
  private final Team team;

  /** Stands before the first step: all workers have joined. */
  FashionRun(MobulaRuntime runtime, Lesson lesson, FashionSet test) {
    this.runtime = runtime;
    this.lesson = lesson;
    this.test = test;
    this.server = ParameterServer.builder(runtime).shards(SHARDS).build();
    try {
      this.table = table();
      this.team = new Team(runtime, lesson.batches().workers(), this::worker);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private DenseTable table() {
    var first = lesson.network().initial(lesson.batches().seed());
    return server
        .dense("fashion", first.length)
        .consistency(lesson.mode().consistency())
        .optimizer(lesson.optimizer())
        .initial(first)
        .create();
  }

  /** On a thread of its own, since it computes for long and waits for others. */
  private ActorHandle<FashionWorker> worker(int rank) {
    return runtime
        .actor(FashionWorker::new, lesson, table, rank)
        .placement(Placement.spread())
        .dedicatedThread()
        .remote();
  }

  @Override
  public double[] learn(int steps) {
    return team.learn(steps);
  }

  @Override
  public Judgement judge() {
    return Judgement.of(lesson.network().accuracy(parameters(), test));
  }

  /** A copy of the parameters as they are. */
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
      team.close();
    } finally {
      server.close();
    }
  }
}
