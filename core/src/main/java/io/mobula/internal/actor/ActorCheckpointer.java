package io.mobula.internal.actor;

import io.mobula.ActorOptions;
import io.mobula.CheckpointedActor;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one actor, as its behavior makes them: restores the object's state, counts the
 * calls since, saves when that is due, and knows which calls the state contains. Belongs to the
 * actor's thread; blocks while a state is written.
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
  private CheckpointVersion lastSaved = CheckpointVersion.NONE; // before it a term may have begun

  /** The last number that was used: one whose copy failed may be kept elsewhere all the same. */
  private CheckpointVersion tried = CheckpointVersion.NONE;

  private long unsaved; // calls since the latest checkpoint
  private boolean timed; // the interval runs

  /**
   * Reads and writes nothing yet.
   *
   * @param executions what each run of {@code save} and {@code load} is
   * @param due tells the actor soon that the interval is over
   */
  ActorCheckpointer(
      ActorCell cell, CheckpointStore kept, Supplier<Execution> executions, Runnable due) {
    this.cell = cell;
    this.policy = cell.options().checkpointPolicy();
    this.kept = kept;
    this.executions = executions;
    this.due = due;
  }

  // ---- taking up

  /**
   * Gives a new object the state of the latest checkpoint, if there is one.
   *
   * @throws ActorCheckpointException when there is one that cannot be used, or {@code load} throws
   */
  void restore(Object made) {
    object = checkpointed(made);
    unsaved = 0;
    timed = false; // a timer that came while there was no object was for nothing
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
    LOG.info("{} goes on from its checkpoint {}", cell.describe(), latest.version());
  }

  /** A node that was removed, and has not heard of it, is not to go on from what is another's. */
  private void requireOwn(CheckpointVersion latest) {
    if (version.term() > 0 && latest.term() > version.term()) {
      throw new ActorCheckpointException(
          cell.describe() + " lives on another node, which has taken it"
              + " up with checkpoint " + latest + ": the last of node "
              + cell.store().node() + " is "
              + version + ". This node was removed from the cluster, or is about to be.");
    }
  }

  @SuppressWarnings("unchecked") // what it gave to save is what it is given to load
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
    } catch (Throwable thrown) { // whatever the user's load throws ends the actor
      var captured = CapturedThrowable.of(thrown);
      throw new ActorCheckpointException(
          "load of " + cell.describe() + " threw " + captured.text() + " for its checkpoint "
              + latest.version() + ".",
          captured.exception());
    }
  }

  // ---- calls

  /** What the call is answered with, instead of being run, or null if it is to run. */
  @Nullable
  CompletionRecord recordedOutcome(ActorCallRun run) {
    var origin = run.origin();
    return origin == null ? null : applied.find(origin);
  }

  /** Why such a call fails whose outcome is not kept. */
  static ObjectFailure outcomeDiscarded(ActorCallRun run, ActorCell cell) {
    return new ObjectFailure(
        () -> new ActorCheckpointException(
            "Call " + run.name() + " of "
                + cell.describe()
                + " has run, or may have, before its host died, and is not run again: its result is no longer kept."));
  }

  /** A method has returned a stage: if the call is made again, nobody knows how far it had come. */
  void began(ActorCallRun run) {
    note(run, CompletionRecord.DISCARDED);
  }

  /** The call has a value. Gives why it is to fail instead: its effect could not be saved. */
  @Nullable
  ObjectFailure recordOutcome(ActorCallRun run, ObjectContent content) {
    return recordOutcome(run, () -> CompletionRecord.of(content, cell.store()));
  }

  /** The same for a call that has failed, and may have changed the state before that. */
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
      cell.engine().after(policy.interval(), due);
    }
  }

  // ---- saving

  /** The interval is over, or the node leaves: saves what is unsaved. */
  void saveIfChanged() {
    timed = false;
    if (unsaved > 0 && object != null && save() != null) {
      startInterval();
    }
  }

  /** Gives why there is no new checkpoint, which is in the log as well. */
  private @Nullable ActorCheckpointException save() {
    if (!cell.willBeRecreated()) { // its files are about to be deleted
      return new ActorCheckpointException(cell.describe() + " has ended.");
    }
    tried = (tried.compareTo(version) > 0 ? tried : version).next();
    var next = tried;
    applied.forgetAbsent(cell.engine()::isMember, System.nanoTime());
    try {
      kept.save(new SavedState(next, applied.toBytes(), state()));
    } catch (Throwable thrown) { // of the user's save, of the disk: the actor lives on
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

  /** Nobody makes the actor again: removes its checkpoints. */
  void delete() {
    try {
      kept.delete();
    } catch (ActorCheckpointException e) {
      LOG.warn("Checkpoints of an actor that has ended stay: {}", e.getMessage());
    }
  }
}
