package io.mobula.internal.actor;

import io.mobula.ActorId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Copies of checkpoints in this process's store: the latest one of each actor that this process
 * owns, or is the successor for. A copy that is replaced or forgotten is released. Safe for all
 * threads.
 */
final class CheckpointCopies {
  private final Map<ActorId, ReplicatedCheckpoint> copies = new ConcurrentHashMap<>();

  /**
   * Keeps the copy, unless a later one is here; releases the other. Returns whether it is the
   * latest.
   */
  boolean keep(ActorId id, ReplicatedCheckpoint state) {
    var latest = copies.merge(id, state, (before, after) -> {
      boolean newer = after.version().compareTo(before.version()) > 0;
      (newer ? before : after).release();
      return newer ? after : before;
    });
    return latest.version().equals(state.version());
  }

  /** Returns the copy for an actor, or null. */
  @Nullable
  ReplicatedCheckpoint find(ActorId id) {
    return copies.get(id);
  }

  /**
   * Returns the copy for an incarnation that is about to be created, or null. Checkpoints that an
   * older incarnation sends from now on do not count.
   */
  @Nullable
  ReplicatedCheckpoint takeUp(ActorId id) {
    var before = new AtomicReference<@Nullable ReplicatedCheckpoint>();
    copies.computeIfPresent(id, (key, state) -> {
      before.set(state);
      return state.as(state.version().nextTerm());
    });
    return before.get();
  }

  /** Drops the copy, as the actor has ended or another node keeps its state. */
  void forget(ActorId id) {
    var state = copies.remove(id);
    if (state != null) {
      state.release();
    }
  }
}
