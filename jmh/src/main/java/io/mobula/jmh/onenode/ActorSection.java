package io.mobula.jmh.onenode;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.jmh.measure.TimedOperation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Rows for calls of a counting actor: synchronous calls, ten thousand calls in flight, and calls
 * without a reply.
 */
final class ActorSection implements BenchmarkSection {
  private static final int IN_FLIGHT = TaskSection.IN_FLIGHT;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final MobulaRuntime runtime = Mobula.init();
  private final ActorHandle<TrivialWork.Counter> actor =
      runtime.actor(TrivialWork.Counter::new).remote();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final TrivialWork.Counter counter = new TrivialWork.Counter();
  private final ActorSystem<AkkaBaselineActor.Command> akka =
      ActorSystem.create(AkkaBaselineActor.create(), "bare");

  private ActorSection() {}

  static BenchmarkSection open() {
    return new ActorSection();
  }

  @Override
  public List<BenchmarkRow> rows() {
    return List.of(
        new BenchmarkRow(
            "actor call, sync",
            BenchmarkRow.Quantity.RATE,
            0,
            TimedOperation.repeating(
                "Mobula",
                1,
                () -> actor.call(TrivialWork.Counter::add, 1).remote().get()),
            List.of(
                TimedOperation.repeating(
                    "executor", 1, () -> executor.submit(() -> counter.add(1)).get()),
                TimedOperation.repeating("Akka ask", 1, () -> ask().get())),
            new PerformanceGoal.None()),
        new BenchmarkRow(
            "actor call, pipelined",
            BenchmarkRow.Quantity.RATE,
            0,
            TimedOperation.repeating("Mobula", IN_FLIGHT, this::pipeline),
            List.of(
                TimedOperation.repeating("executor", IN_FLIGHT, this::pipelineExecutor),
                TimedOperation.repeating("Akka ask", IN_FLIGHT, this::pipelineAsks)),
            new PerformanceGoal.None()),
        new BenchmarkRow(
            "actor tell, pipelined",
            BenchmarkRow.Quantity.RATE,
            0,
            TimedOperation.repeating("Mobula", IN_FLIGHT, this::tell),
            List.of(
                TimedOperation.repeating("executor", IN_FLIGHT, this::tellExecutor),
                TimedOperation.repeating("Akka tell", IN_FLIGHT, this::tellAkka)),
            new PerformanceGoal.None()));
  }

  private void pipeline() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(actor.call(TrivialWork.Counter::add, 1).remote());
    }
    runtime.get(refs);
  }

  private void pipelineExecutor() throws Exception {
    var futures = new ArrayList<Future<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      futures.add(executor.submit(() -> counter.add(1)));
    }
    for (var future : futures) {
      future.get();
    }
  }

  private CompletableFuture<Integer> ask() {
    return AskPattern.<AkkaBaselineActor.Command, Integer>ask(
            akka, replyTo -> new AkkaBaselineActor.Add(1, replyTo), LIMIT, akka.scheduler())
        .toCompletableFuture();
  }

  private void pipelineAsks() throws Exception {
    var futures = new ArrayList<Future<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      futures.add(ask());
    }
    for (var future : futures) {
      future.get();
    }
  }

  private void tell() {
    for (int i = 1; i < IN_FLIGHT; i++) {
      actor.tell(TrivialWork.Counter::increment).remote();
    }
    actor.call(TrivialWork.Counter::add, 1).remote().get();
  }

  private void tellExecutor() throws Exception {
    for (int i = 1; i < IN_FLIGHT; i++) {
      executor.execute(counter::increment);
    }
    executor.submit(() -> counter.add(1)).get();
  }

  private void tellAkka() throws Exception {
    for (int i = 1; i < IN_FLIGHT; i++) {
      akka.tell(new AkkaBaselineActor.Increment());
    }
    ask().get();
  }

  @Override
  public double timeShare() {
    return 1;
  }

  @Override
  public void close() {
    runtime.close();
    executor.shutdown();
    akka.terminate();
  }
}
