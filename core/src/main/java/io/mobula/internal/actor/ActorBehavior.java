package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ObjectId;
import io.mobula.Resources;
import io.mobula.WaitReport;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Akka actor that owns one user's object: makes it when placed and its arguments are there,
 * then runs call after call.
 *
 * <p>Each caller's calls run in the order they were made: one whose arguments are not ready holds
 * back that caller's later ones, and nobody else's. With {@code maxConcurrency} above one the
 * methods run on other threads, up to that many.
 */
final class ActorBehavior extends AbstractOnMessageBehavior<ActorBehavior.Command> {
  static final String ARGUMENT_FAILED = "an argument of its constructor failed: ";

  sealed interface Command {}

  /** The ledger has found room. */
  record Placed() implements Command {}

  /** Arguments of the constructor are ready. */
  private record ArgumentsReady() implements Command {}

  record Invoke(ActorCallRun run) implements Command {}

  /** The first call that this caller has waiting may be ready, or no longer wanted. */
  record CallerReady(Object caller) implements Command {}

  /** A thread beside others has no call to run any more, or the object is unfit. */
  private record Returned(@Nullable FailedInstance failedInstance) implements Command {}

  /** A stage has completed in another thread than this actor's own. */
  private record CloseArena(ArgumentArena argumentArena) implements Command {}

  /** Wants to know what keeps it from running what has come. */
  record Explain(Consumer<WaitStep> answer) implements Command {}

  /**
   * The stage that a method returned has completed, and its outcome is to be saved with the state.
   */
  private record StageCompleted(
      ActorCallRun run,
      Object receiver,
      @Nullable Object result,
      @Nullable Throwable failure,
      ArgumentArena argumentArena)
      implements Command {}

  /** What has not been saved is to be. */
  record SaveDue() implements Command {}

  /** Dead: stop as soon as no method runs. */
  record End() implements Command {}

  /**
   * An error that makes the user's object unfit, and the call that shall be made again on the next
   * one, if any.
   */
  private record FailedInstance(
      Object object, CapturedThrowable cause, @Nullable ActorCallRun retry) {}

  private final ActorRef<Command> self;
  private final ActorCell cell;
  private final @Nullable Executor concurrent;
  private final Map<Object, Deque<ActorCallRun>> waitingByCaller = new HashMap<>();
  private final Deque<ActorCallRun> runnable = new ArrayDeque<>();

  /** Calls for threads beside others; bounded, as unanswered calls are. */
  private final Queue<ActorCallRun> concurrentCalls = new ConcurrentLinkedQueue<>();

  /** What calls have borrowed that have returned and not been answered; bounded as those are. */
  private final Set<ArgumentArena> staged = ConcurrentHashMap.newKeySet();

  private final RunningCalls.RunnerSlot runner; // the actor's own thread, whichever that is
  private final @Nullable ActorCheckpointer checkpoints;
  private SharedCpuHold hold = new SharedCpuHold(CpuHold.NOTHING);
  private volatile @Nullable Object instance; // set by the actor alone
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
    var kept = cell.engine().checkpointsOf(cell);
    this.checkpoints = kept == null
        ? null
        : new ActorCheckpointer(
            cell, kept, () -> execution("checkpoint", 1, null), () -> self.tell(new SaveDue()));
    cell.constructor().whenReady(() -> context.getSelf().tell(new ArgumentsReady()));
  }

  /**
   * The behavior of an actor.
   *
   * @param concurrent what runs its methods if several may run at once, else null
   * @param restarts how often it has been made anew elsewhere
   */
  static Behavior<Command> create(ActorCell cell, @Nullable Executor concurrent, int restarts) {
    return Behaviors.setup(context -> new ActorBehavior(context, cell, concurrent, restarts));
  }

  /** The actor ends with whatever goes wrong here, and whoever calls it hears why. */
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
      } finally { // a thread of the user's may be reading what was borrowed
        cell.stopped();
      }
    }
    return this;
  }

  /** Whoever makes the actor again goes on from where it was; else nobody needs it any more. */
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
    if (active == 0 && cell.lease().canPause()) { // methods of the object before may still run
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
    } catch (Throwable thrown) { // whatever the user's constructor throws ends the actor
      var captured = CapturedThrowable.of(thrown);
      killFor("its constructor threw " + captured.text(), captured);
    } finally {
      hold.end();
      cell.endMaking();
    }
  }

  /** Gives it the state of its latest checkpoint; false if it is dead of that. */
  private boolean isRestored(Object made) {
    try {
      cell.engine().define(cell);
      if (checkpoints != null) {
        checkpoints.restore(made);
      }
      return !cell.isDead();
    } catch (Throwable thrown) { // files, and whatever the user's load throws
      var captured = CapturedThrowable.of(thrown);
      cell.kill(() -> cell.diedException(
          "its state cannot be restored: " + captured.text(), captured.exception()));
      return false;
    }
  }

  /** The object cannot be trusted any more: makes another, or ends. */
  @SuppressWarnings("ReferenceEquality") // an object is known by identity
  private void replaceOrEnd(@Nullable FailedInstance failedInstance) {
    if (failedInstance == null || cell.isDead()) {
      return;
    }
    if (failedInstance.retry() != null) {
      runnable.addFirst(failedInstance.retry());
    }
    if (instance != failedInstance.object()) {
      return; // another of its methods has said so already
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
      return CallWaitSteps.idle(cell, waitingByCaller.values(), here);
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
    var lane = waitingByCaller.get(run.caller());
    if (lane != null) {
      lane.addLast(run);
    } else if (run.call().isReady()) {
      runnable.addLast(run);
    } else {
      lane = new ArrayDeque<>();
      lane.addLast(run);
      waitingByCaller.put(run.caller(), lane);
      awaitArguments(run);
    }
  }

  private void awaitArguments(ActorCallRun run) {
    var self = getContext().getSelf();
    run.call().whenReady(() -> self.tell(new CallerReady(run.caller())));
  }

  private void onCallerReady(Object caller) {
    var lane = waitingByCaller.get(caller);
    while (lane != null && !lane.isEmpty()) {
      var first = lane.getFirst();
      if (!first.isDone() && !first.call().isReady()) {
        awaitArguments(first);
        return;
      }
      runnable.addLast(lane.removeFirst());
    }
    waitingByCaller.remove(caller);
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
   * Each runs call after call until there is none: as long as calls come faster than they are run,
   * no thread is woken for one.
   */
  private void startThreads(Executor threads, Object receiver) {
    int most = cell.options().execution().maxConcurrency();
    var waiting = concurrentCalls.iterator();
    for (; active < most && waiting.hasNext(); waiting.next()) {
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

  /** Runs a method in the calling thread. Returns what makes the object unfit, if anything does. */
  private @Nullable FailedInstance invoke(
      ActorCallRun run, Object receiver, RunningCalls.RunnerSlot runner) {
    var failedArgument = run.isDone() ? null : run.call().failedArgument();
    if (failedArgument != null) {
      cell.fail(run, LostArgumentException.propagate(failedArgument, describe(run)));
      return null;
    }
    var known = checkpoints == null ? null : checkpoints.recordedOutcome(run);
    if (known != null) {
      answerAgain(run, known);
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
      Thread.interrupted(); // the method's own; one that stops the call comes after its outcome
      finish(run, receiver, value, argumentArena);
      return null;
    } catch (Throwable thrown) { // whatever user code throws is the call's result
      argumentArena.close();
      return thrown(run, receiver, thrown);
    } finally {
      cell.setRunning(null);
      runner.setCurrent(null);
      run.end();
    }
  }

  /** Its effect is in the state that was taken up: it gets the outcome that it had. */
  private void answerAgain(ActorCallRun run, CompletionRecord known) {
    switch (known.kind()) {
      case DISCARDED -> cell.fail(run, ActorCheckpointer.outcomeDiscarded(run, cell));
      case FAILURE -> cell.fail(run, known.failure(cell.store()));
      case VALUE, VIEWED_VALUE -> settle(run, known.content(cell.store()));
    }
  }

  private @Nullable FailedInstance thrown(ActorCallRun run, Object receiver, Throwable thrown) {
    if (thrown instanceof LostArgumentException lost) {
      cell.fail(run, new ObjectFailure(() -> lost.neededBy(describe(run))));
      return null;
    }
    if (thrown instanceof UnreadableCallException unreadable) {
      var what = "Call " + run.name() + " of " + cell.describe();
      cell.fail(
          run, new ObjectFailure(() -> unreadable.toException(what, cell.store().node())));
      return null;
    }
    var captured = CapturedThrowable.of(thrown);
    if (captured.isError() && run.attempts() <= cell.options().lifetime().maxCallRetries()) {
      run.forgetStage();
      return new FailedInstance(receiver, captured, run);
    }
    if (captured.isError()) {
      cell.fail(run, failure(run, captured));
      return new FailedInstance(receiver, captured, null);
    }
    failSaved(run, failure(run, captured));
    return null;
  }

  private String describe(ActorCallRun run) {
    return "call " + run.name() + " of " + cell.describe();
  }

  /** The call has failed, and may have changed the state. */
  private void failSaved(ActorCallRun run, ObjectFailure why) {
    var unsaved = checkpoints == null ? null : checkpoints.recordOutcome(run, why);
    cell.fail(run, unsaved == null ? why : unsaved);
  }

  private ObjectFailure failure(ActorCallRun run, CapturedThrowable thrown) {
    return cell.store()
        .withEncodedException(new ObjectFailure(() -> new TaskFailedException(
            "Call " + run.name() + " of " + cell.describe() + " failed: " + thrown.text(),
            thrown.exception())));
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
          completed(run, result, failure);
          closeArena(argumentArena);
        }
      });
      return;
    }
    if (!(value instanceof CompletionStage<?>)) {
      complete(run, value);
    }
    argumentArena.close();
  }

  /** The outcome of a stage is saved with the state, by the actor's own thread. */
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
      completed(stage.run(), stage.result(), stage.failure());
    } else { // its effect went with the object, in part or in whole
      cell.fail(stage.run(), ActorCheckpointer.outcomeDiscarded(stage.run(), cell));
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

  private void completed(ActorCallRun run, @Nullable Object result, @Nullable Throwable failure) {
    try {
      if (failure == null) {
        complete(run, result);
        return;
      }
    } catch (Throwable thrown) { // the stage would swallow it, and the ref would never end
      failSaved(run, failure(run, CapturedThrowable.of(thrown)));
      return;
    }
    failSaved(run, failure(run, CapturedThrowable.ofStage(failure)));
  }

  private void complete(ActorCallRun run, @Nullable Object value) {
    try {
      var content = ResultNotStoredException.storeResult(cell.engine().store(), value);
      var unsaved = checkpoints == null ? null : checkpoints.recordOutcome(run, content);
      if (unsaved == null) {
        settle(run, content);
      } else {
        content.discard();
        cell.fail(run, unsaved);
      }
    } catch (ResultNotStoredException notStored) {
      failSaved(run, new ObjectFailure(() -> notStored.toException(describe(run))));
    }
  }

  private void settle(ActorCallRun run, ObjectContent content) {
    if (run.finish()) {
      try {
        run.result().complete(content);
      } finally {
        cell.settled(run);
      }
    } else {
      content.discard();
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
