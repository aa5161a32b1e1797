package io.mobula.jmh.onenode;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
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

/** Rows for tasks that square a number, one at a time and ten thousand in flight. */
final class TaskSection implements BenchmarkSection {
  static final int IN_FLIGHT = 10_000;

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final double TASKS_A_SECOND = 200_000;

  private final MobulaRuntime runtime = Mobula.init();
  private final ExecutorService executor =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private final ActorSystem<AkkaBaselineActor.Command> akka =
      ActorSystem.create(AkkaBaselineActor.create(), "bare");

  private TaskSection() {}

  static BenchmarkSection open() {
    return new TaskSection();
  }

  @Override
  public List<BenchmarkRow> rows() {
    return List.of(
        new BenchmarkRow(
            "task, sync",
            BenchmarkRow.Quantity.RATE,
            0,
            TimedOperation.repeating(
                "Mobula", 1, () -> runtime.task(TrivialWork::square, 7).remote().get()),
            List.of(
                TimedOperation.repeating(
                    "executor",
                    1,
                    () -> executor.submit(() -> TrivialWork.square(7)).get()),
                TimedOperation.repeating("Akka ask", 1, () -> ask().get())),
            new PerformanceGoal.None()),
        new BenchmarkRow(
            "task, pipelined",
            BenchmarkRow.Quantity.RATE,
            0,
            TimedOperation.repeating("Mobula", IN_FLIGHT, this::pipeline),
            List.of(
                TimedOperation.repeating("executor", IN_FLIGHT, this::pipelineExecutor),
                TimedOperation.repeating("Akka ask", IN_FLIGHT, this::pipelineAsks)),
            new PerformanceGoal.MinimumRate(TASKS_A_SECOND)));
  }

  private void pipeline() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(runtime.task(TrivialWork::square, i).remote());
    }
    runtime.get(refs);
  }

  private void pipelineExecutor() throws Exception {
    var futures = new ArrayList<Future<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      int number = i;
      futures.add(executor.submit(() -> TrivialWork.square(number)));
    }
    for (var future : futures) {
      future.get();
    }
  }

  private CompletableFuture<Integer> ask() {
    return AskPattern.<AkkaBaselineActor.Command, Integer>ask(
            akka, replyTo -> new AkkaBaselineActor.Square(7, replyTo), LIMIT, akka.scheduler())
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
