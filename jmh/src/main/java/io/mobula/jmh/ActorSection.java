package io.mobula.jmh;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.ActorHandle;
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

/** Calls of an actor that counts: with an answer, one and ten thousand at a time, and without. */
final class ActorSection implements Section {
  private static final int IN_FLIGHT = TaskSection.IN_FLIGHT;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final MobulaRuntime runtime = Mobula.init();
  private final ActorHandle<Work.Counter> actor =
      runtime.actor(Work.Counter::new).remote();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final Work.Counter counter = new Work.Counter();
  private final ActorSystem<BareActor.Command> akka =
      ActorSystem.create(BareActor.create(), "bare");

  private ActorSection() {}

  static Section open() {
    return new ActorSection();
  }

  @Override
  public List<Row> rows() {
    return List.of(
        new Row(
            "actor call, sync",
            Row.Reading.RATE,
            0,
            Contender.repeating(
                "Mobula", 1, () -> actor.call(Work.Counter::add, 1).remote().get()),
            List.of(
                Contender.repeating(
                    "executor", 1, () -> executor.submit(() -> counter.add(1)).get()),
                Contender.repeating("Akka ask", 1, () -> ask().get())),
            new Goal.None()),
        new Row(
            "actor call, pipelined",
            Row.Reading.RATE,
            0,
            Contender.repeating("Mobula", IN_FLIGHT, this::pipeline),
            List.of(
                Contender.repeating("executor", IN_FLIGHT, this::pipelineExecutor),
                Contender.repeating("Akka ask", IN_FLIGHT, this::pipelineAsks)),
            new Goal.None()),
        new Row(
            "actor tell, pipelined",
            Row.Reading.RATE,
            0,
            Contender.repeating("Mobula", IN_FLIGHT, this::tell),
            List.of(
                Contender.repeating("executor", IN_FLIGHT, this::tellExecutor),
                Contender.repeating("Akka tell", IN_FLIGHT, this::tellAkka)),
            new Goal.None()));
  }

  private void pipeline() {
    var refs = new ArrayList<ObjectRef<Integer>>(IN_FLIGHT);
    for (int i = 0; i < IN_FLIGHT; i++) {
      refs.add(actor.call(Work.Counter::add, 1).remote());
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
    return AskPattern.<BareActor.Command, Integer>ask(
            akka, replyTo -> new BareActor.Add(1, replyTo), LIMIT, akka.scheduler())
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
      actor.tell(Work.Counter::increment).remote();
    }
    actor.call(Work.Counter::add, 1).remote().get();
  }

  private void tellExecutor() throws Exception {
    for (int i = 1; i < IN_FLIGHT; i++) {
      executor.execute(counter::increment);
    }
    executor.submit(() -> counter.add(1)).get();
  }

  private void tellAkka() throws Exception {
    for (int i = 1; i < IN_FLIGHT; i++) {
      akka.tell(new BareActor.Increment());
    }
    ask().get();
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
