package io.mobula.internal.actor;

import io.mobula.CheckpointedActor;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.spi.ActorOptions;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpointing of one actor on behalf of its behavior. It restores the object's state, counts the
 * calls since the latest checkpoint, saves when a checkpoint is due, and knows which calls the
 * state contains. Confined to the actor's thread; blocks while it writes a state.
 */
final class ActorCheckpointer {
  private static final Logger LOG = LoggerFactory.getLogger(ActorCheckpointer.class);

  private final ActorCell cell;
  private final ActorOptions.CheckpointPolicy policy;
  private final CheckpointStore kept;
  private final Supplier<Execution> executions;
  private final Runnable due;
  private AppliedCalls applied = new AppliedCalls();
  private @Nullable CheckpointedActor<Object> object;
  private CheckpointVersion version = CheckpointVersion.NONE;
  private CheckpointVersion lastSaved = CheckpointVersion.NONE; // a term may have begun after it

  /** Last version that was tried: a failed save may have left a copy under it somewhere. */
  private CheckpointVersion tried = CheckpointVersion.NONE;

  private long unsaved; // calls since the latest checkpoint
  private boolean timed; // the timer of the interval is running

  /**
   * Makes a checkpointer that has read and written nothing yet.
   *
   * @param executions gives the execution for each run of {@code save} and {@code load}
   * @param due tells the actor that the interval is over, without running in the calling thread
   */
  ActorCheckpointer(
      ActorCell cell, CheckpointStore kept, Supplier<Execution> executions, Runnable due) {
    this.cell = cell;
    this.policy = cell.options().checkpointPolicy();
    this.kept = kept;
    this.executions = executions;
    this.due = due;
  }

  // ---- restoring

  /**
   * Restores the state of a new object from the latest checkpoint, if there is one.
   *
   * @throws ActorCheckpointException when the checkpoint cannot be used, or {@code load} throws
   */
  void restore(Object made) {
    object = checkpointed(made);
    unsaved = 0;
    timed = false; // a timer that fired while there was no object had no effect
    var known = cell.history().checkpoint();
    var latest = kept.latest(known.compareTo(lastSaved) > 0 ? known : lastSaved);
    if (latest == null) {
      version =
          new CheckpointVersion(Math.max(version.term() + 1, cell.history().incarnation()), 0);
      applied = new AppliedCalls();
      return;
    }
    requireOwn(latest.version());
    load(latest);
    applied = AppliedCalls.read(latest.calls());
    version = latest.version().nextTerm();
    kept.beginTerm(latest.version(), version);
    saved();
    LOG.info("{} continues from its checkpoint {}", cell.describe(), latest.version());
  }

  /**
   * Rejects a checkpoint of another node's incarnation: this node was removed from the cluster and
   * does not know it yet.
   */
  private void requireOwn(CheckpointVersion latest) {
    if (version.term() > 0 && latest.term() > version.term()) {
      throw new ActorCheckpointException(
          cell.describe() + " lives on another node, which has taken it"
              + " up with checkpoint " + latest + ": the last of node "
              + cell.store().node() + " is "
              + version + ". This node was removed from the cluster, or is about to be.");
    }
  }

  @SuppressWarnings("unchecked") // load gets what save returned
  private CheckpointedActor<Object> checkpointed(Object made) {
    if (made instanceof CheckpointedActor<?> able) {
      return (CheckpointedActor<Object>) able;
    }
    throw new ActorCheckpointException("Wanted checkpoints of " + cell.describe() + ": its class "
        + made.getClass().getName() + " does not implement io.mobula.CheckpointedActor.");
  }

  private void load(SavedState latest) {
    var into = Objects.requireNonNull(object);
    try {
      executions.get().run(() -> {
        into.load(latest.state());
        return true;
      });
    } catch (Throwable thrown) { // any exception of the user's load ends the actor
      var captured = CapturedThrowable.of(thrown);
      throw new ActorCheckpointException(
          "load of " + cell.describe() + " threw " + captured.text() + " for its checkpoint "
              + latest.version() + ".",
          captured.exception());
    }
  }

  // ---- calls

  /** Returns the recorded outcome of a repeated call, or null if the call is to run. */
  @Nullable
  CompletionRecord recordedOutcome(ActorCallRun run) {
    var origin = run.origin();
    return origin == null ? null : applied.find(origin);
  }

  /** Returns the failure of a repeated call whose outcome is not kept. */
  static ObjectFailure outcomeDiscarded(ActorCallRun run, ActorCell cell) {
    return new ObjectFailure(
        () -> new ActorCheckpointException(
            "Call " + run.name() + " of "
                + cell.describe()
                + " has run, or may have, before its host died, and is not run again: its result is no longer kept."));
  }

  /**
   * Records that a method has returned a stage: if the call is repeated, its progress is unknown.
   */
  void began(ActorCallRun run) {
    note(run, CompletionRecord.DISCARDED);
  }

  /**
   * Records a call that has a value. Returns a failure for the call instead if its effect could not
   * be saved, else null.
   */
  @Nullable
  ObjectFailure recordOutcome(ActorCallRun run, ObjectContent content) {
    return recordOutcome(run, () -> CompletionRecord.of(content, cell.store()));
  }

  /**
   * Records a call that has failed, and may have changed the state before. Returns a failure to
   * report instead if a due save failed, else null.
   */
  @Nullable
  ObjectFailure recordOutcome(ActorCallRun run, ObjectFailure failure) {
    return recordOutcome(run, () -> CompletionRecord.of(failure, cell.store()));
  }

  private @Nullable ObjectFailure recordOutcome(
      ActorCallRun run, Supplier<CompletionRecord> outcome) {
    if (run.origin() != null) {
      note(run, outcome.get());
    }
    unsaved++;
    boolean isDue = policy.everyCalls() > 0 && unsaved >= policy.everyCalls();
    if (!isDue) {
      startInterval();
      return null;
    }
    var why = save();
    return why == null || !policy.isEveryCall()
        ? null
        : new ObjectFailure(() -> new ActorCheckpointException(
            "Call " + run.name() + " of " + cell.describe()
                + " has run, and its effect is not saved: " + why.getMessage(),
            why));
  }

  private void note(ActorCallRun run, CompletionRecord outcome) {
    var origin = run.origin();
    if (origin != null) {
      applied.markApplied(origin, outcome);
    }
  }

  private void startInterval() {
    if (!timed && !policy.interval().isZero()) {
      timed = true;
      cell.services().after(policy.interval(), due);
    }
  }

  // ---- saving

  /** Saves the state if it has changed, when the interval is over or the node leaves. */
  void saveIfChanged() {
    timed = false;
    if (unsaved > 0 && object != null && save() != null) {
      startInterval();
    }
  }

  /**
   * Saves the state; returns the reason if there is no new checkpoint, which is also logged, else
   * null.
   */
  private @Nullable ActorCheckpointException save() {
    if (!cell.willBeRecreated()) { // its files are about to be deleted
      return new ActorCheckpointException(cell.describe() + " has ended.");
    }
    tried = (tried.compareTo(version) > 0 ? tried : version).next();
    var next = tried;
    applied.forgetAbsent(cell.localActors()::isMember, System.nanoTime());
    try {
      kept.save(new SavedState(next, applied.toBytes(), state()));
    } catch (Throwable thrown) { // of the user's save, or of the disk; the actor lives on
      var captured = CapturedThrowable.of(thrown);
      var why = thrown instanceof ActorCheckpointException known
          ? known
          : new ActorCheckpointException(
              "save of " + cell.describe() + " threw " + captured.text(), captured.exception());
      LOG.warn(
          "{} is without a checkpoint of its last {} calls; the one before stays in force: {}",
          cell.describe(),
          unsaved,
          why.getMessage());
      return why;
    }
    version = next;
    unsaved = 0;
    saved();
    return null;
  }

  private Object state() throws Exception {
    var from = Objects.requireNonNull(object);
    Object state = executions.get().run(from::save);
    if (state == null) {
      throw new ActorCheckpointException("save of " + cell.describe() + " gave null.");
    }
    return state;
  }

  private void saved() {
    lastSaved = version;
    cell.listener().checkpointed(version);
  }

  /** Deletes the checkpoints, as the actor will not be recreated. */
  void delete() {
    try {
      kept.delete();
    } catch (ActorCheckpointException e) {
      LOG.warn("Checkpoints of an actor that has ended stay: {}", e.getMessage());
    }
  }
}
