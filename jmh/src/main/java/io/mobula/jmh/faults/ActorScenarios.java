package io.mobula.jmh.faults;

import io.mobula.ActorCall;
import io.mobula.ActorHandle;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import io.mobula.error.ObjectLostException;
import io.mobula.jmh.faults.WorkloadSession.PendingOperation;
import io.mobula.jmh.faults.WorkloadTasks.Counter;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.fault.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Scenarios of the workload that use actors. */
final class ActorScenarios {
  private static final int CALLS = 40;
  private static final int ENOUGH = 1_000;

  /** Prefix of the kind of operations that create an actor with a name. */
  static final String NAMING = "name";

  private ActorScenarios() {}

  /**
   * Calls an actor that is not restarted: until its node dies, each call takes effect once and in
   * order. A call for whose arguments there is no memory fails and takes no effect, so the values
   * of later calls are not known where that may happen.
   */
  static void mortal(WorkloadSession session) throws InterruptedException {
    calls(session, actor(session), 0, !session.mayLackMemory());
  }

  /** Calls an actor that is restarted, but whose calls are not retried. */
  static void restarted(WorkloadSession session) throws InterruptedException {
    calls(session, actor(session).maxRestarts(ENOUGH), 0, false);
  }

  /** Calls an actor that is restarted and whose calls are retried. */
  static void retried(WorkloadSession session) throws InterruptedException {
    int retries = session.random().nextBoolean() ? ENOUGH : 1;
    calls(session, actor(session).maxRestarts(ENOUGH).maxCallRetries(retries), retries, false);
  }

  private static ActorCall<Counter> actor(WorkloadSession session) {
    ActorCall<Counter> call = session
        .runtime()
        .actor(Counter::new, session.effects())
        .placement(TaskScenarios.anywhere(session.random()));
    return switch (session.random().nextInt(4)) {
      case 0 -> call.dedicatedThread();
      case 1 -> call.virtual();
      case 2 -> call.cpus(0.5);
      default -> call;
    };
  }

  /** Returns the operation with the outcomes that are allowed where its actor may die. */
  private static Operation allowingDeath(Operation operation, int retries) {
    return retries < ENOUGH ? operation.allowing(ActorDiedException.class) : operation;
  }

  private static void calls(
      WorkloadSession session, ActorCall<Counter> making, int retries, boolean counts)
      throws InterruptedException {
    var random = session.random();
    var sequence = session.unique("actor");
    var counter = making.remote();
    var large = new ArrayList<PendingOperation<Tensor>>();
    var small = new ArrayList<PendingOperation<Long>>();
    try (var put = session.put(WorkloadTasks.tensor(1))) {
      if (put == null) {
        return;
      }
      int calls = 1 + random.nextInt(CALLS);
      for (int turn = 1; turn <= calls; turn++) {
        var asked = allowingDeath(
            session.operation("call").effects(1 + retries).inOrder(sequence, turn), retries);
        switch (random.nextInt(8)) {
          case 0 -> {
            var operation = asked.expecting((long) WorkloadTasks.LARGE);
            keep(
                small,
                session.begin(
                    operation,
                    () -> counter.call(Counter::sum, operation.id(), put).remote()));
          }
          case 1 -> {
            int with = random.nextInt(1_000);
            var operation = asked
                .expecting((long) with * WorkloadTasks.LARGE)
                .allowing(ObjectLostException.class); // an actor's result has no lineage
            keep(
                large,
                session.begin(
                    operation,
                    () -> counter.call(Counter::large, operation.id(), with).remote()));
          }
          default -> {
            var operation = counts ? asked.expecting((long) turn) : asked;
            keep(
                small,
                session.begin(
                    operation, () -> counter.call(Counter::next, operation.id()).remote()));
          }
        }
        if (random.nextInt(10) == 0) {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(200)); // a pause of the caller
        }
      }
      Collections.shuffle(small, random);
      small.forEach(session::end);
      large.forEach(session::endLarge);
    }
    if (random.nextBoolean()) {
      counter.kill(); // otherwise the actor ends when no handle is reachable
    }
  }

  private static <T> void keep(
      List<PendingOperation<T>> all, @Nullable PendingOperation<T> pending) {
    if (pending != null) {
      all.add(pending);
    }
  }

  /**
   * Creates an actor with a name, finds it by the name, and reuses the name after the actor's end.
   */
  static void named(WorkloadSession session) throws InterruptedException {
    var name = session.unique("name");
    for (int round = 0; round < 2; round++) {
      var made = new ArrayList<ActorHandle<Counter>>();
      var making = Operation.of(name + "/" + round, round == 0 ? NAMING : NAMING + "-again")
          .expecting("made");
      session.history().invoked(making);
      long end = System.nanoTime() + WorkloadSession.LIMIT.toNanos();
      while (made.isEmpty() && System.nanoTime() - end < 0) {
        make(session, name, making, made);
      }
      if (made.isEmpty()) {
        return; // the operation has no outcome in the history
      }
      session.history().succeeded(making, "made");
      var call = session
          .operation("call-by-name")
          .effects(1)
          .allowing(ActorDiedException.class, ActorNameException.class);
      session.run(
          call,
          () -> session
              .runtime()
              .actorNamed(name, Counter.class)
              .call(Counter::next, call.id())
              .remote());
      made.getFirst().kill();
    }
  }

  /** Returns the actor's name in an operation of the kind {@link #NAMING}. */
  static String nameOf(Operation naming) {
    return naming.id().substring(0, naming.id().indexOf('/'));
  }

  private static void make(
      WorkloadSession session, String name, Operation making, List<ActorHandle<Counter>> made)
      throws InterruptedException {
    try {
      made.add(
          session.runtime().actor(Counter::new, session.effects()).name(name).remote());
    } catch (ActorNameException taken) { // the former actor has not quite ended
      TimeUnit.NANOSECONDS.sleep(Duration.ofMillis(200).toNanos());
    } catch (RuntimeException how) {
      session.history().failed(making, how);
      throw how;
    }
  }
}
