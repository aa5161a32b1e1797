package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.info.WaitReport;
import io.mobula.internal.actor.MethodRunner.FailedInstance;
import io.mobula.internal.call.ArgumentsNotFetchedException;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Akka actor that owns one user's object. It constructs the object when it has a lease and the
 * constructor's arguments are ready, and then runs call after call.
 *
 * <p>Each caller's calls run in the order they were made; see {@link CallerOrder}. With
 * {@code maxConcurrency} above one, that many threads of a pool run the methods.
 */
final class ActorBehavior extends AbstractOnMessageBehavior<ActorBehavior.Command> {
  static final String ARGUMENT_FAILED = "an argument of its constructor failed: ";

  sealed interface Command {}

  /** Message: the ledger has granted the lease. */
  record Placed() implements Command {}

  /** Message: the constructor's arguments are ready. */
  private record ArgumentsReady() implements Command {}

  record Invoke(ActorCallRun run) implements Command {}

  /** Message: the first waiting call of this caller may be ready, or is not wanted any more. */
  record CallerReady(Object caller) implements Command {}

  /** Message: a pool thread has no more calls to run, or the object has failed. */
  private record Returned(@Nullable FailedInstance failedInstance) implements Command {}

  /**
   * Message: a stage has completed on another thread, and only this actor's thread may close the
   * arena.
   */
  record CloseArena(ArgumentArena argumentArena) implements Command {}

  /** Message: reports what keeps the actor from running its calls. */
  record Explain(Consumer<WaitStep> answer) implements Command {}

  /**
   * Message: the stage that a method returned has completed; its outcome is saved with the state.
   */
  record StageCompleted(
      ActorCallRun run,
      Object receiver,
      @Nullable Object result,
      @Nullable Throwable failure,
      ArgumentArena argumentArena)
      implements Command {}

  /** Message: saves the state if it has changed since the latest checkpoint. */
  record SaveDue() implements Command {}

  /** Message: the actor is dead, and stops as soon as no method runs. */
  record End() implements Command {}

  private final ActorRef<Command> self;
  private final ActorCell cell;
  private final @Nullable Executor concurrent;
  private final Deque<ActorCallRun> runnable = new ArrayDeque<>();
  private final CallerOrder<ActorCallRun> order =
      new CallerOrder<>(ActorBehavior::isBlocked, runnable);

  /** Calls for the threads of the pool; bounded by the limit of unanswered calls. */
  private final Queue<ActorCallRun> concurrentCalls = new ConcurrentLinkedQueue<>();

  private final RunningCalls.RunnerSlot slot; // of the actor's own thread
  private final ActorExecutions executions;
  private final @Nullable ActorCheckpointer checkpoints;
  private final MethodRunner runner;
  private volatile @Nullable Object instance; // written by the actor's thread only
  private boolean placed;
  private boolean argumentsReady;
  private int active;
  private int restarts;

  private ActorBehavior(
      ActorContext<Command> context, ActorCell cell, @Nullable Executor concurrent, int restarts) {
    super(context);
    this.self = context.getSelf();
    this.cell = cell;
    this.concurrent = concurrent;
    this.restarts = restarts;
    this.slot = cell.runningCalls().begin();
    this.executions = new ActorExecutions(cell, concurrent != null);
    var kept = cell.services().files().checkpointsOf(cell);
    this.checkpoints = kept == null ? null : checkpointer(cell, kept, executions, self);
    this.runner = new MethodRunner(self, cell, executions, checkpoints);
    cell.constructor().whenReady(() -> context.getSelf().tell(new ArgumentsReady()));
  }

  private static ActorCheckpointer checkpointer(
      ActorCell cell, CheckpointStore kept, ActorExecutions executions, ActorRef<Command> self) {
    return new ActorCheckpointer(
        cell, kept, () -> executions.of("checkpoint", 1, null), () -> self.tell(new SaveDue()));
  }

  /**
   * Creates the behavior of an actor.
   *
   * @param concurrent runs methods if several may run at once, else null
   * @param restarts how often the actor has been recreated on other nodes
   */
  static Behavior<Command> create(ActorCell cell, @Nullable Executor concurrent, int restarts) {
    return Behaviors.setup(context -> new ActorBehavior(context, cell, concurrent, restarts));
  }

  /** Handles a command, and ends the actor if that fails here; its callers get the cause. */
  @Override
  public Behavior<Command> onMessage(Command command) {
    try {
      act(command);
    } catch (Throwable broken) {
      killForInternalError(broken);
    }
    return cell.isDead() && active == 0 ? Behaviors.stopped() : this;
  }

  private void killForInternalError(Throwable broken) {
    cell.kill(() -> cell.diedException(
        "it failed outside its methods: " + CapturedThrowable.textOf(broken), broken));
  }

  private void act(Command command) {
    switch (command) {
      case Placed() -> {
        placed = true;
        executions.onLease();
        makeIfReady();
      }
      case ArgumentsReady() -> {
        argumentsReady = true;
        makeIfReady();
      }
      case Invoke(var run) -> onInvoke(run);
      case CallerReady(var caller) -> onCallerReady(caller);
      case Returned(var failedInstance) -> {
        active--;
        replaceOrEnd(failedInstance);
      }
      case CloseArena(var argumentArena) -> runner.closeArena(argumentArena);
      case Explain(var answer) -> answer.accept(explain());
      case StageCompleted stageCompleted -> runner.completeStage(stageCompleted, instance);
      case SaveDue() -> saveIfChanged();
      case End() -> {} // the cell is dead
    }
    runWhatMay();
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      endCheckpoints();
      instance = null;
      try {
        runner.closeArenas();
      } finally { // a user's thread may be reading borrowed arguments
        cell.stopped();
      }
    }
    return this;
  }

  /** Saves the state for the next incarnation, or deletes the checkpoints if there is none. */
  private void endCheckpoints() {
    if (cell.willBeRecreated()) {
      if (checkpoints != null && instance != null) {
        checkpoints.saveIfChanged();
      }
    } else if (!cell.descriptor().durable() || cell.lifecycle().isEndedByUser()) {
      if (checkpoints != null) {
        checkpoints.delete();
      }
      cell.services().deleteFiles(cell.descriptor());
    }
  }

  private void saveIfChanged() {
    if (checkpoints != null
        && instance != null
        && cell.beginMaking(executions.of("checkpoint", 1, null))) {
      try {
        checkpoints.saveIfChanged();
      } finally {
        cell.endMaking();
      }
    }
  }

  // ---- the user's object

  private void makeIfReady() {
    if (!placed || !argumentsReady || cell.isDead()) {
      return;
    }
    var failed = cell.constructor().failedArgument();
    if (failed != null) {
      cell.kill(ObjectFailure.following(
          failed, cause -> cell.diedException(ARGUMENT_FAILED + cause.getMessage(), cause)));
    } else {
      make();
    }
  }

  private void make() {
    var execution = executions.of("constructor", 1, null);
    if (!cell.beginMaking(execution)) {
      return;
    }
    if (active == 0 && cell.lease().canPause()) { // methods of the previous object may still run
      execution.makeAbortable();
    }
    var hold = executions.shared();
    hold.begin();
    try {
      var made = execution.run(() -> cell.constructor().invoke());
      if (made == null) {
        throw new IllegalStateException("its constructor gave null");
      }
      if (isRestored(made)) {
        instance = made;
        cell.made(made.getClass());
      }
    } catch (
        ArgumentUnavailableException
            absent) { // the actor is placed again once the argument is found
      placed = false;
      cell.lease().pause(absent.object());
    } catch (LostArgumentException lost) {
      var why = lost.neededBy("the constructor of " + cell.describe());
      cell.kill(() -> cell.diedException(ARGUMENT_FAILED + why.getMessage(), why));
    } catch (ArgumentsNotFetchedException unfetched) {
      var why = unfetched.toException("The constructor of " + cell.describe());
      cell.kill(() -> cell.diedException(ARGUMENT_FAILED + why.getMessage(), why));
    } catch (UnreadableCallException unreadable) {
      var why = unreadable.toException("its constructor", cell.store().node());
      cell.kill(() -> cell.diedException(String.valueOf(why.getMessage()), why));
    } catch (Throwable thrown) { // any exception of the user's constructor ends the actor
      var captured = CapturedThrowable.of(thrown);
      killFor("its constructor threw " + captured.text(), captured);
    } finally {
      hold.end();
      cell.endMaking();
    }
  }

  /** Restores the state from the latest checkpoint; returns false if the actor died of it. */
  private boolean isRestored(Object made) {
    try {
      cell.services().files().define(cell);
      if (checkpoints != null) {
        checkpoints.restore(made);
      }
      return !cell.isDead();
    } catch (Throwable thrown) { // failures of the disk, and of the user's load
      var captured = CapturedThrowable.of(thrown);
      cell.kill(() -> cell.diedException(
          "its state cannot be restored: " + captured.text(), captured.exception()));
      return false;
    }
  }

  /** Replaces an object that has failed, or ends the actor. */
  @SuppressWarnings("ReferenceEquality") // an object is known by identity
  private void replaceOrEnd(@Nullable FailedInstance failedInstance) {
    if (failedInstance == null || cell.isDead()) {
      return;
    }
    if (failedInstance.retry() != null) {
      runnable.addFirst(failedInstance.retry());
    }
    if (instance != failedInstance.object()) {
      return; // another method has reported it already
    }
    instance = null;
    if (restarts < cell.options().lifetime().maxRestarts()) {
      restarts++;
      cell.listener().restarted(restarts);
      make();
    } else {
      var cause = failedInstance.cause();
      killFor("it failed with " + cause.text() + " after " + restarts + " restarts", cause);
    }
  }

  private WaitStep explain() {
    var constructor = cell.constructor();
    if (instance != null || cell.isDead()) {
      var here = new ArrayList<>(runnable);
      here.addAll(concurrentCalls);
      return CallWaitSteps.idle(cell, order.waiting(), here);
    }
    if (!argumentsReady) {
      return WaitStep.via("its constructor waits for arguments", constructor.missingArguments());
    }
    return placed
        ? WaitStep.end(
            "it has what it needs to be made, and is not made", WaitReport.WaitCause.NOBODY)
        : cell.lease().waitStep();
  }

  private void killFor(String why, CapturedThrowable thrown) {
    cell.kill(cell.store()
        .withEncodedException(
            new ObjectFailure(() -> cell.diedException(why, thrown.exception()))));
  }

  // ---- calls

  private void onInvoke(ActorCallRun run) {
    if (order.add(run.caller(), run)) {
      awaitArguments(run);
    }
  }

  private static boolean isBlocked(ActorCallRun run) {
    return !run.call().isReady() && !run.isDone();
  }

  private void awaitArguments(ActorCallRun run) {
    var self = getContext().getSelf();
    run.call().whenReady(() -> self.tell(new CallerReady(run.caller())));
  }

  private void onCallerReady(Object caller) {
    var first = order.release(caller);
    if (first != null) {
      awaitArguments(first);
    }
  }

  private void runWhatMay() {
    var receiver = instance;
    while (receiver != null && !cell.isDead() && !runnable.isEmpty()) {
      var run = runnable.removeFirst();
      if (concurrent == null) {
        replaceOrEnd(runner.invoke(run, receiver, slot));
      } else {
        concurrentCalls.add(run);
      }
      receiver = instance;
    }
    if (concurrent != null && receiver != null && !cell.isDead()) {
      startThreads(concurrent, receiver);
    }
  }

  /**
   * Starts pool threads, each of which runs call after call until there is none. So no thread is
   * woken for each call while calls arrive faster than they run.
   */
  private void startThreads(Executor threads, Object receiver) {
    int max = cell.options().execution().maxConcurrency();
    var waiting = concurrentCalls.iterator();
    for (; active < max && waiting.hasNext(); waiting.next()) {
      threads.execute(() -> runConcurrently(receiver));
      active++;
    }
  }

  private void runConcurrently(Object receiver) {
    FailedInstance failedInstance = null;
    var beside = cell.runningCalls().begin();
    try {
      failedInstance = runConcurrentCalls(receiver, beside);
    } catch (Throwable broken) {
      killForInternalError(broken);
    } finally {
      cell.runningCalls().end(beside);
      self.tell(new Returned(failedInstance));
    }
  }

  @SuppressWarnings("ReferenceEquality") // an object is known by identity
  private @Nullable FailedInstance runConcurrentCalls(
      Object receiver, RunningCalls.RunnerSlot beside) {
    while (instance == receiver) {
      var run = concurrentCalls.poll();
      if (run == null) {
        return null;
      }
      var failedInstance = invokeConcurrently(run, receiver, beside);
      if (failedInstance != null) {
        return failedInstance;
      }
    }
    return null;
  }

  private @Nullable FailedInstance invokeConcurrently(
      ActorCallRun run, Object receiver, RunningCalls.RunnerSlot beside) {
    var present = executions.shared();
    present.begin();
    try {
      return runner.invoke(run, receiver, beside);
    } finally {
      present.end();
    }
  }
}
