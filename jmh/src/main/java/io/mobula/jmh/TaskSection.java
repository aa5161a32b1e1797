package io.mobula.jmh;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tasks that square a number, one at a time and ten thousand at a time. */
final class TaskSection implements Section {
  static final int IN_FLIGHT = 10_000;

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final double TASKS_A_SECOND = 200_000;

  private final MobulaRuntime runtime = Mobula.init();
  private final ExecutorService executor =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private final ActorSystem<BareActor.Command> akka =
      ActorSystem.create(BareActor.create(), "bare");

  private TaskSection() {}

  static Section open() {
    return new TaskSection();
  }

  @Override
  public List<Row> rows() {
    return List.of(
        new Row(
            "task, sync",
            Row.Reading.RATE,
            0,
            Contender.repeating(
                "Mobula", 1, () -> runtime.task(Work::square, 7).remote().get()),
            List.of(
                Contender.repeating(
                    "executor", 1, () -> executor.submit(() -> Work.square(7)).get()),
                Contender.repeating("Akka ask", 1, () -> ask().get())),
            new Goal.None()),
        new Row(
            "task, pipelined",
            Row.Reading.RATE,
            0,
            Contender.repeating("Mobula", IN_FLIGHT, this::pipeline),
            List.of(
                Contender.repeating("executor", IN_FLIGHT, this::pipelineExecutor),
                Contender.repeating("Akka ask", IN_FLIGHT, this::pipelineAsks)),
            new Goal.Rate(TASKS_A_SECOND)));
  }

  private void pipeline() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(runtime.task(Work::square, i).remote());
    }
    runtime.get(refs);
  }

  private void pipelineExecutor() throws Exception {
    var futures = new ArrayList<Future<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      int number = i;
      futures.add(executor.submit(() -> Work.square(number)));
    }
    for (var future : futures) {
      future.get();
    }
  }

  private CompletableFuture<Integer> ask() {
    return AskPattern.<BareActor.Command, Integer>ask(
            akka, replyTo -> new BareActor.Square(7, replyTo), LIMIT, akka.scheduler())
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
  public double share() {
    return 1;
  }

  @Override
  public void close() {
    runtime.close();
    executor.shutdown();
    akka.terminate();
  }
}
