package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import io.mobula.internal.codec.CapturedThrowable;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runner of the methods of one actor: makes the arguments of a call, invokes the method in the
 * calling thread, and waits for the stage that the method may return. May be called by any thread
 * that the actor has given a call to run.
 */
final class MethodRunner {
  private final ActorRef<ActorBehavior.Command> self;
  private final ActorCell cell;
  private final ActorExecutions executions;
  private final @Nullable ActorCheckpointer checkpoints;
  private final CallOutcomes outcomes;

  /** Arenas of calls that have returned a stage and are not answered; bounded like the calls. */
  private final Set<ArgumentArena> staged = ConcurrentHashMap.newKeySet();

  /** Object that an error has made unusable, and the call to run again on its successor, if any. */
  record FailedInstance(
      Object object, CapturedThrowable cause, @Nullable ActorCallRun retry) {}

  MethodRunner(
      ActorRef<ActorBehavior.Command> self,
      ActorCell cell,
      ActorExecutions executions,
      @Nullable ActorCheckpointer checkpoints) {
    this.self = self;
    this.cell = cell;
    this.executions = executions;
    this.checkpoints = checkpoints;
    this.outcomes = new CallOutcomes(cell, checkpoints);
  }

  /**
   * Runs a method in the calling thread. Returns the failed object if the method made it unusable.
   *
   * @param slot the slot of the calling thread
   */
  @Nullable
  FailedInstance invoke(ActorCallRun run, Object receiver, RunningCalls.RunnerSlot slot) {
    var failedArgument = run.isDone() ? null : run.call().failedArgument();
    if (failedArgument != null) {
      outcomes.failForArgument(run, failedArgument);
      return null;
    }
    if (outcomes.answerAgain(run)) {
      return null;
    }
    var execution = executions.of(run.name(), run.nextAttempt(), run);
    if (!run.begin(execution)) {
      return null;
    }
    cell.setRunning(execution);
    slot.setCurrent(run);
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
      slot.setCurrent(null);
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

  // ---- stages

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
        self.tell(new ActorBehavior.StageCompleted(run, receiver, result, failure, argumentArena));
      }
    });
  }

  /**
   * Completes the call of a stage that has completed, in the actor's own thread.
   *
   * @param instance the present object of the user
   */
  @SuppressWarnings("ReferenceEquality") // an object is known by identity
  void completeStage(ActorBehavior.StageCompleted stage, @Nullable Object instance) {
    if (instance == stage.receiver()) {
      outcomes.completeStage(stage.run(), stage.result(), stage.failure());
    } else { // the effect was lost with the object, in part or in whole
      outcomes.discard(stage.run());
    }
    closeArena(stage.argumentArena());
  }

  /** Closes the arena of an answered call, in the actor's own thread if no other one may. */
  void closeArena(ArgumentArena argumentArena) {
    if (argumentArena.canCloseHere()) {
      staged.remove(argumentArena);
      argumentArena.close();
    } else {
      self.tell(new ActorBehavior.CloseArena(argumentArena));
    }
  }

  /** Closes the arenas of all calls that are not answered, as the actor has stopped. */
  void closeArenas() {
    staged.forEach(ArgumentArena::close);
  }
}
