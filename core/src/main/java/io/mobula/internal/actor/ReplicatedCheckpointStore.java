package io.mobula.internal.actor;

import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoint store that keeps an actor's latest checkpoint in the object stores of its host, its
 * owner and the owner's successor. Confined to the actor's thread.
 */
final class ReplicatedCheckpointStore implements CheckpointStore {
  private static final long LIMIT_SECONDS = 40;

  private final ActorCell cell;
  private @Nullable ReplicatedCheckpoint latest;

  ReplicatedCheckpointStore(ActorCell cell) {
    this.cell = cell;
    this.latest = cell.history().state();
  }

  /**
   * Saves a checkpoint in the stores of several nodes. The one before is left to the garbage
   * collector, as the owner may use it, too.
   */
  @Override
  public void save(SavedState saved) {
    var fresh = ReplicatedCheckpoint.of(saved, cell.services().binder());
    var why = answer(cell.listener().replicate(fresh));
    if (!why.isEmpty()) {
      throw new ActorCheckpointException("Checkpoint " + saved.version() + " of " + cell.describe()
          + " is kept by no other process: " + why + ".");
    }
    latest = fresh;
  }

  private static String answer(CompletableFuture<String> asked) {
    try {
      return asked.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      return String.valueOf(failed.getCause());
    } catch (TimeoutException late) {
      return "its owner has not confirmed within " + LIMIT_SECONDS + " s that it has a copy";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the actor was interrupted while it waited for that";
    }
  }

  @Override
  public @Nullable SavedState latest(CheckpointVersion known) {
    var present = latest;
    if (present != null) { // the owner's copy is the latest, whatever its version
      return present.read();
    }
    if (known.equals(CheckpointVersion.NONE)) {
      return null;
    }
    throw new ActorCheckpointException(
        "Checkpoint " + known + " of " + cell.describe()
            + " was in the store of processes that are gone, all of them. Set mobula.actors.checkpoint-directory to keep it on disk.");
  }

  @Override
  public void beginTerm(CheckpointVersion takenUp, CheckpointVersion first) {
    var present = latest;
    if (present != null) {
      latest = present.as(first);
    }
  }

  @Override
  public void delete() {
    latest = null;
  }
}
