package io.mobula.internal.actor;

import io.mobula.error.TaskFailedException;
import io.mobula.internal.call.ArgumentsNotFetchedException;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of the calls of one actor at its host: what a method returned or threw becomes the
 * result of its call, after it was recorded for a checkpoint. Without checkpoints it may be called
 * by any thread that runs a method or completes a stage; else it is confined to the actor's thread.
 */
final class CallOutcomes {
  private final ActorCell cell;
  private final @Nullable ActorCheckpointer checkpoints;

  CallOutcomes(ActorCell cell, @Nullable ActorCheckpointer checkpoints) {
    this.cell = cell;
    this.checkpoints = checkpoints;
  }

  /** Completes a call with the value of its method. */
  void complete(ActorCallRun run, @Nullable Object value) {
    try {
      var content = ResultNotStoredException.storeResult(cell.store(), value);
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

  /** Completes a call with the outcome of the stage that its method returned. */
  void completeStage(ActorCallRun run, @Nullable Object result, @Nullable Throwable failure) {
    try {
      if (failure == null) {
        complete(run, result);
        return;
      }
    } catch (Throwable thrown) { // the stage would swallow it, and the ref would never complete
      failThrown(run, CapturedThrowable.of(thrown));
      return;
    }
    failThrown(run, CapturedThrowable.ofStage(failure));
  }

  /**
   * Answers a repeated call with its recorded outcome, as the restored state contains its effect.
   * Returns false if the call is to run.
   */
  boolean answerAgain(ActorCallRun run) {
    var known = checkpoints == null ? null : checkpoints.recordedOutcome(run);
    if (known == null) {
      return false;
    }
    switch (known.kind()) {
      case DISCARDED -> discard(run);
      case FAILURE -> cell.fail(run, known.failure(cell.store()));
      case VALUE, VIEWED_VALUE -> settle(run, known.content(cell.store()));
    }
    return true;
  }

  /** Fails a call whose effect was lost with the object, in part or in whole. */
  void discard(ActorCallRun run) {
    cell.fail(run, ActorCheckpointer.outcomeDiscarded(run, cell));
  }

  /** Fails a call that has not run, as one of its arguments has failed. */
  void failForArgument(ActorCallRun run, ObjectFailure argument) {
    cell.fail(run, LostArgumentException.propagate(argument, describe(run)));
  }

  /**
   * Fails a call that has not run, if this was thrown before its method; returns false if the
   * method threw it.
   */
  boolean failUnrun(ActorCallRun run, Throwable thrown) {
    if (thrown instanceof LostArgumentException lost) {
      cell.fail(run, new ObjectFailure(() -> lost.neededBy(describe(run))));
      return true;
    }
    if (thrown instanceof ArgumentsNotFetchedException unfetched) {
      cell.fail(run, new ObjectFailure(() -> unfetched.toException(describe(run))));
      return true;
    }
    if (thrown instanceof UnreadableCallException unreadable) {
      var what = "Call " + run.name() + " of " + cell.describe();
      cell.fail(
          run, new ObjectFailure(() -> unreadable.toException(what, cell.store().node())));
      return true;
    }
    return false;
  }

  /** Fails a call whose method threw, and may have changed the state. */
  void failThrown(ActorCallRun run, CapturedThrowable thrown) {
    failSaved(run, failure(run, thrown));
  }

  /** Fails a call whose method threw an error, which ends the object with its state. */
  void failWithObject(ActorCallRun run, CapturedThrowable thrown) {
    cell.fail(run, failure(run, thrown));
  }

  /** Fails a call that may have changed the state, after a checkpoint if one is due. */
  private void failSaved(ActorCallRun run, ObjectFailure why) {
    var unsaved = checkpoints == null ? null : checkpoints.recordOutcome(run, why);
    cell.fail(run, unsaved == null ? why : unsaved);
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

  private ObjectFailure failure(ActorCallRun run, CapturedThrowable thrown) {
    return cell.store()
        .withEncodedException(new ObjectFailure(() -> new TaskFailedException(
            "Call " + run.name() + " of " + cell.describe() + " failed: " + thrown.text(),
            thrown.exception())));
  }

  private String describe(ActorCallRun run) {
    return "call " + run.name() + " of " + cell.describe();
  }
}
