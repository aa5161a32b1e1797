package io.mobula.jmh.ways;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.DenseWorker;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Ways of data that are traced: a task, a put, a get, an actor call and a push, asked of one
 * runtime and run wherever its cluster has CPUs.
 *
 * <p>Functions and actors run in this JVM, though on another node, and tell through static
 * variables that they have run. So each result is there before it is asked for, and rounds enter
 * the same files. After that a round waits a little, for the work that follows a result on other
 * threads.
 */
final class WayWorkload implements AutoCloseable {
  private static final int TENSOR_ELEMENTS = 1 << 18;
  private static final int GRADIENT_ELEMENTS = 60_000;
  private static final long LIMIT_SECONDS = 60;

  /** Time in which a result arrives, and an idle slot gives back its lease (20 ms by default). */
  private static final long SETTLE_MILLIS = 60;

  private static final Semaphore RUNS = new Semaphore(0);

  private final MobulaRuntime runtime;
  private final String where;
  private final ActorHandle<Counter> actor;
  private final ParameterServer server;
  private final DenseWorker worker;

  /** Actor with a number, to which calls add. */
  static final class Counter {
    private int number;

    int add(int more) {
      number += more;
      RUNS.release();
      return number;
    }
  }

  /**
   * Creates the actor and the table of the ways.
   *
   * @param where words that tell in the names of the ways where their work runs
   */
  WayWorkload(MobulaRuntime runtime, String where) {
    this.runtime = runtime;
    this.where = where;
    this.actor = runtime.actor(Counter::new).remote();
    this.server = ParameterServer.builder(runtime).shards(1).build();
    this.worker = server
        .dense("weights", GRADIENT_ELEMENTS)
        .optimizer(Optimizers.sgd(1))
        .create()
        .join(0);
  }

  /**
   * Returns the ways in the order in which they are traced. Those that use the store come last,
   * since its memory is freed some time after a round.
   */
  List<TracedWay> ways() {
    return List.of(
        new TracedWay("A task " + where, this::task),
        new TracedWay("An actor call " + where, this::call),
        new TracedWay("A put " + where, this::put),
        new TracedWay("A get " + where, this::get),
        new TracedWay("A push " + where, this::push));
  }

  @Override
  public void close() {
    worker.close();
    server.close();
  }

  private void task() throws InterruptedException {
    WayMark.beginRound();
    var ref = runtime.task(WayWorkload::twice, 7).remote();
    awaitRun();
    check(ref.get() == 14);
    settle();
    WayMark.endRound();
    ref.close();
  }

  static int twice(int number) {
    RUNS.release();
    return 2 * number;
  }

  private void put() throws InterruptedException {
    var tensor = Tensor.allocate(DType.FLOAT32, TENSOR_ELEMENTS);
    WayMark.beginRound();
    var ref = runtime.put(tensor);
    settle();
    WayMark.endRound();
    ref.close();
  }

  /** Gets a tensor inside a task, which is in the other process where there are two. */
  private void get() {
    try (var ref = runtime.put(Tensor.allocate(DType.FLOAT32, TENSOR_ELEMENTS));
        var got = runtime.task(WayWorkload::readFirst, List.of(ref)).remote()) {
      check(got.get() == TENSOR_ELEMENTS);
    }
  }

  static long readFirst(List<ObjectRef<Tensor>> refs) throws InterruptedException {
    settle();
    WayMark.beginRound();
    try (var tensor = refs.getFirst().get()) {
      settle();
      WayMark.endRound();
      return tensor.size();
    }
  }

  private void call() throws InterruptedException {
    WayMark.beginRound();
    var ref = actor.call(Counter::add, 1).remote();
    awaitRun();
    check(ref.get() > 0);
    settle();
    WayMark.endRound();
    ref.close();
  }

  private void push() throws InterruptedException {
    worker.pull().close();
    settle();
    WayMark.beginRound();
    worker.push(worker.claim());
    settle();
    worker.flush();
    WayMark.endRound();
  }

  /** Waits until the function has run and its result has arrived. */
  private static void awaitRun() throws InterruptedException {
    if (!RUNS.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(
          "The function of a way has not run within " + LIMIT_SECONDS + " s");
    }
    settle();
  }

  /** Waits for what follows on other threads; rounds that only warm up need not. */
  private static void settle() throws InterruptedException {
    Thread.sleep(WayMark.counts() ? SETTLE_MILLIS : 1);
  }

  private static void check(boolean right) {
    if (!right) {
      throw new IllegalStateException("A way has led to another result than expected");
    }
  }
}
