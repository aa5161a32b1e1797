package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.store.Content;
import org.jspecify.annotations.Nullable;

/** The latest checkpoint of an actor in the store of its node. Belongs to the actor's thread. */
final class StoreCheckpoints implements CheckpointStore {
  private final ActorCell cell;
  private CheckpointVersion version = CheckpointVersion.NONE;
  private byte[] calls = new byte[0];
  private @Nullable Content state;

  StoreCheckpoints(ActorCell cell) {
    this.cell = cell;
  }

  @Override
  public void save(SavedState saved) {
    var before = state;
    state = cell.store().snapshot(saved.state(), Long.MAX_VALUE);
    version = saved.version();
    calls = saved.calls();
    if (before != null) {
      before.discard();
    }
  }

  @Override
  public @Nullable SavedState latest(CheckpointVersion known) {
    var present = state;
    if (present == null) {
      return null;
    }
    var value = cell.store().materialize(present);
    return value == null ? null : new SavedState(version, calls, value);
  }

  @Override
  public void beginTerm(CheckpointVersion takenUp, CheckpointVersion first) {
    version = first;
  }

  @Override
  public void delete() {
    var present = state;
    state = null;
    if (present != null) {
      present.discard();
    }
  }
}
