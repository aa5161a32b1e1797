package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
  private record CloseArena(ArgumentArena argumentArena) implements Command {}

  /** Message: reports what keeps the actor from running its calls. */
  record Explain(Consumer<WaitStep> answer) implements Command {}

  /**
   * Message: the stage that a method returned has completed; its outcome is saved with the state.
   */
  private record StageCompleted(
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

  /** Object that an error has made unusable, and the call to run again on its successor, if any. */
  private record FailedInstance(
      Object object, CapturedThrowable cause, @Nullable ActorCallRun retry) {}

  private final ActorRef<Command> self;
  private final ActorCell cell;
  private final @Nullable Executor concurrent;
  private final Deque<ActorCallRun> runnable = new ArrayDeque<>();
  private final CallerOrder<ActorCallRun> order =
      new CallerOrder<>(ActorBehavior::isBlocked, runnable);

  /** Calls for the threads of the pool; bounded by the limit of unanswered calls. */
  private final Queue<ActorCallRun> concurrentCalls = new ConcurrentLinkedQueue<>();

  /** Arenas of calls that have returned a stage and are not answered; bounded like the calls. */
  private final Set<ArgumentArena> staged = ConcurrentHashMap.newKeySet();

  private final RunningCalls.RunnerSlot runner; // of the actor's own thread
  private final @Nullable ActorCheckpointer checkpoints;
  private final CallOutcomes outcomes;
  private SharedCpuHold hold = new SharedCpuHold(CpuHold.NOTHING);
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
    this.runner = cell.runningCalls().begin();
    var kept = cell.engine().files().checkpointsOf(cell);
    this.checkpoints = kept == null
        ? null
        : new ActorCheckpointer(
            cell, kept, () -> execution("checkpoint", 1, null), () -> self.tell(new SaveDue()));
    this.outcomes = new CallOutcomes(cell, checkpoints);
    cell.constructor().whenReady(() -> context.getSelf().tell(new ArgumentsReady()));
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
        hold = new SharedCpuHold(lease());
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
      case CloseArena(var argumentArena) -> closeArena(argumentArena);
      case Explain(var answer) -> answer.accept(explain());
      case StageCompleted stageCompleted -> onCompleted(stageCompleted);
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
        staged.forEach(ArgumentArena::close);
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
    } else if (!cell.descriptor().durable() || cell.isEndedByUser()) {
      if (checkpoints != null) {
        checkpoints.delete();
      }
      cell.engine().deleteFiles(cell.descriptor());
    }
  }

  private void saveIfChanged() {
    if (checkpoints != null
        && instance != null
        && cell.beginMaking(execution("checkpoint", 1, null))) {
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
    var execution = execution("constructor", 1, null);
    if (!cell.beginMaking(execution)) {
      return;
    }
    if (active == 0 && cell.lease().canPause()) { // methods of the previous object may still run
      execution.makeAbortable();
    }
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
      cell.engine().files().define(cell);
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
        replaceOrEnd(invoke(run, receiver, runner));
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
    var present = hold;
    present.begin();
    try {
      return invoke(run, receiver, beside);
    } finally {
      present.end();
    }
  }

  /**
   * Runs a method in the calling thread. Returns the failed object if the method made it unusable.
   */
  private @Nullable FailedInstance invoke(
      ActorCallRun run, Object receiver, RunningCalls.RunnerSlot runner) {
    var failedArgument = run.isDone() ? null : run.call().failedArgument();
    if (failedArgument != null) {
      outcomes.failForArgument(run, failedArgument);
      return null;
    }
    if (outcomes.answerAgain(run)) {
      return null;
    }
    var execution = execution(run.name(), run.nextAttempt(), run);
    if (!run.begin(execution)) {
      return null;
    }
    cell.setRunning(execution);
    runner.setCurrent(run);
    var argumentArena = ArgumentArena.of(cell.options().execution());
    try {
      var value = execution.run(() -> run.call().invokeOn(receiver, argumentArena.arena()));
      // clears the method's own interrupt; one that stops the call comes after its outcome
      Thread.interrupted();
      finish(run, receiver, value, argumentArena);
      return null;
    } catch (Throwable thrown) { // any exception of user code is the call's result
      argumentArena.close();
      return thrown(run, receiver, thrown);
    } finally {
      cell.setRunning(null);
      runner.setCurrent(null);
      run.end();
    }
  }

  private @Nullable FailedInstance thrown(ActorCallRun run, Object receiver, Throwable thrown) {
    if (outcomes.failUnrun(run, thrown)) {
      return null;
    }
    var captured = CapturedThrowable.of(thrown);
    if (captured.isError() && run.attempts() <= cell.options().lifetime().maxCallRetries()) {
      run.forgetStage();
      return new FailedInstance(receiver, captured, run);
    }
    if (captured.isError()) {
      outcomes.failWithObject(run, captured);
      return new FailedInstance(receiver, captured, null);
    }
    outcomes.failThrown(run, captured);
    return null;
  }

  private void finish(
      ActorCallRun run, Object receiver, @Nullable Object value, ArgumentArena argumentArena) {
    if (value instanceof CompletionStage<?> later && run.awaitStage(later)) {
      staged.add(argumentArena);
      if (checkpoints != null) {
        finishSaved(checkpoints, run, receiver, later, argumentArena);
        return;
      }
      later.whenComplete((result, failure) -> {
        if (run.claimStageOutcome(later)) {
          outcomes.completeStage(run, result, failure);
          closeArena(argumentArena);
        }
      });
      return;
    }
    if (!(value instanceof CompletionStage<?>)) {
      outcomes.complete(run, value);
    }
    argumentArena.close();
  }

  /** Lets the actor's own thread save the outcome of a stage with the state. */
  private void finishSaved(
      ActorCheckpointer with,
      ActorCallRun run,
      Object receiver,
      CompletionStage<?> later,
      ArgumentArena argumentArena) {
    with.began(run);
    later.whenComplete((result, failure) -> {
      if (run.claimStageOutcome(later)) {
        self.tell(new StageCompleted(run, receiver, result, failure, argumentArena));
      }
    });
  }

  @SuppressWarnings("ReferenceEquality") // an object is known by identity
  private void onCompleted(StageCompleted stage) {
    if (instance == stage.receiver()) {
      outcomes.completeStage(stage.run(), stage.result(), stage.failure());
    } else { // the effect was lost with the object, in part or in whole
      outcomes.discard(stage.run());
    }
    closeArena(stage.argumentArena());
  }

  private void closeArena(ArgumentArena argumentArena) {
    if (argumentArena.canCloseHere()) {
      staged.remove(argumentArena);
      argumentArena.close();
    } else {
      self.tell(new CloseArena(argumentArena));
    }
  }

  private Execution execution(String name, int attempt, @Nullable ActorCallRun run) {
    var engine = cell.engine();
    var asked = cell.options().resources();
    var result = run == null
        ? new ObjectId(engine.store().node().incarnation(), 0, 0)
        : run.result().id();
    var identity = new Execution.Identity(
        engine.runtime(),
        result,
        name,
        attempt,
        asked == null ? Resources.none() : asked,
        null,
        cell.job(),
        cell.descriptor().displayName(),
        PlacementGroupCodec.of(cell.options().placement()));
    return new Execution(identity, cell, concurrent == null ? lease() : hold, cell::ownHandle);
  }

  private CpuHold lease() {
    var lease = cell.lease().present();
    return lease == null ? CpuHold.NOTHING : lease;
  }
}
