package io.mobula.jmh.faults;

import io.mobula.error.NodeLostException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.jmh.faults.WorkloadSession.PendingOperation;
import io.mobula.placement.Placement;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.fault.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;

/** Scenarios of the workload that use tasks. */
final class TaskScenarios {
  private static final int AT_ONCE = 10;

  /** Number of retries that exceeds the number of deaths during one task. */
  private static final int ENOUGH = 50;

  private TaskScenarios() {}

  static Placement anywhere(Random random) {
    return random.nextBoolean() ? Placement.spread() : Placement.anywhere();
  }

  /** Runs tasks that must not run twice. */
  static void onceOnly(WorkloadSession session) {
    squares(session, 0);
  }

  /** Runs tasks with enough retries that each ends with its value. */
  static void withRetries(WorkloadSession session) {
    squares(session, ENOUGH);
  }

  private static void squares(WorkloadSession session, int retries) {
    var random = session.random();
    var all = new ArrayList<PendingOperation<Long>>();
    for (int i = random.nextInt(AT_ONCE); i >= 0; i--) {
      long number = random.nextInt(10_000);
      int millis = random.nextInt(4) == 0 ? random.nextInt(1_000) : random.nextInt(20);
      var operation = session
          .operation(retries == 0 ? "task-once" : "task")
          .effects(1 + retries)
          .expecting(number * number);
      var may = retries == 0 ? operation.allowing(NodeLostException.class) : operation;
      var pending = session.begin(
          may,
          () -> session
              .runtime()
              .task(WorkloadTasks::square, session.effects(), may.id(), number, millis)
              .maxRetries(retries)
              .placement(anywhere(random))
              .remote());
      if (pending != null) {
        all.add(pending);
      }
    }
    Collections.shuffle(all, random);
    all.forEach(session::end);
  }

  /** Runs tasks whose body throws in the first attempts, and one whose body always throws. */
  static void afterExceptions(WorkloadSession session) {
    var random = session.random();
    int failures = 1 + random.nextInt(3);
    var operation =
        session.operation("task-throwing").effects(1 + ENOUGH).expecting((long) failures);
    session.run(
        operation,
        () -> session
            .runtime()
            .task(WorkloadTasks::throwing, session.effects(), operation.id(), failures)
            .maxRetries(ENOUGH)
            .backoff(java.time.Duration.ofMillis(10))
            .retryOn(IllegalStateException.class)
            .placement(anywhere(random))
            .remote());
    var failing = session
        .operation("task-failing")
        .effects(1 + ENOUGH)
        .expecting("no value")
        .allowing(TaskFailedException.class);
    session.run(
        failing,
        () -> session
            .runtime()
            .task(WorkloadTasks::throwing, session.effects(), failing.id(), Integer.MAX_VALUE)
            .maxRetries(ENOUGH)
            .placement(anywhere(random))
            .remote());
  }

  /**
   * Runs a chain of tasks with large arguments. Lost values are reconstructed, so a body may run
   * any number of times.
   */
  static void chain(WorkloadSession session) {
    var random = session.random();
    int with = random.nextInt(1_000);
    var first = session
        .operation("value")
        .effects(Operation.ANY_NUMBER)
        .expecting((long) with * WorkloadTasks.LARGE);
    var values = new ArrayList<PendingOperation<Tensor>>();
    var made = session.begin(
        first,
        () -> session
            .runtime()
            .task(WorkloadTasks::filled, session.effects(), first.id(), with)
            .maxRetries(ENOUGH)
            .placement(anywhere(random))
            .remote());
    for (int link = 1; made != null && link <= 1 + random.nextInt(4); link++) {
      values.add(made);
      var of = made.ref();
      var next = session
          .operation("value-of-value")
          .effects(Operation.ANY_NUMBER)
          .expecting((long) (with + link) * WorkloadTasks.LARGE);
      made = session.begin(
          next,
          () -> session
              .runtime()
              .task(WorkloadTasks::plusOne, session.effects(), next.id(), of)
              .maxRetries(ENOUGH)
              .placement(anywhere(random))
              .remote());
    }
    if (made == null) {
      values.forEach(session::endLarge);
      return;
    }
    var last = made;
    values.add(last);
    var sum = session
        .operation("sum")
        .effects(1 + ENOUGH)
        .expecting((long) (with + values.size() - 1) * WorkloadTasks.LARGE);
    session.run(
        sum,
        () -> session
            .runtime()
            .task(WorkloadTasks::sum, session.effects(), sum.id(), last.ref())
            .maxRetries(ENOUGH)
            .placement(anywhere(random))
            .remote());
    Collections.shuffle(values, random);
    values.forEach(session::endLarge);
  }

  /** Runs tasks that wait for tasks that they have started. */
  static void tree(WorkloadSession session) {
    int depth = 1 + session.random().nextInt(3);
    var operation = session.operation("tree").effects(Operation.ANY_NUMBER).expecting(1L << depth);
    session.run(
        operation,
        () -> session
            .runtime()
            .task(WorkloadTasks::tree, session.effects(), operation.id(), depth)
            .maxRetries(ENOUGH)
            .placement(anywhere(session.random()))
            .remote());
  }

  /** Cancels a task before it begins, while it runs, or too late. */
  static void cancelled(WorkloadSession session) throws InterruptedException {
    var random = session.random();
    long number = random.nextInt(10_000);
    var operation = session
        .operation("task-cancelled")
        .effects(1 + ENOUGH)
        .expecting(number * number)
        .allowing(TaskCancelledException.class);
    var pending = session.begin(
        operation,
        () -> session
            .runtime()
            .task(WorkloadTasks::square, session.effects(), operation.id(), number, 50)
            .maxRetries(ENOUGH)
            .placement(anywhere(random))
            .remote());
    if (pending != null) {
      java.util.concurrent.TimeUnit.MILLISECONDS.sleep(random.nextInt(100)); // a random delay
      pending.ref().cancel();
      session.end(pending);
    }
  }
}
