package io.mobula.internal.group;

import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Removal of orphaned groups: groups whose creation failed for its caller, since the scheduler did
 * not answer in time, and which the scheduler may have made nevertheless. Nobody has a handle to
 * such a group, so this process removes it.
 *
 * <p>A removal is repeated until the scheduler answers, {@value #MAX_TRIES} times at most. An
 * orphan that outlives that is removed when its status is published again. Thread-safe; nothing
 * blocks.
 */
final class OrphanedGroups {
  static final int MAX_TRIES = 30;

  private final Function<PlacementGroupId, CompletionStage<?>> removal;
  private final DelayTimer timer;
  private final Duration pause;
  private final Set<PlacementGroupId> underWay = new HashSet<>();

  /**
   * Creates the removal of orphans.
   *
   * @param removal asks the scheduler to remove a group; fails without an answer
   * @param pause time between two requests for one group
   */
  OrphanedGroups(
      Function<PlacementGroupId, CompletionStage<?>> removal, DelayTimer timer, Duration pause) {
    this.removal = removal;
    this.timer = timer;
    this.pause = pause;
  }

  /** Begins to remove a group, unless its removal is under way. */
  void remove(PlacementGroupId id) {
    synchronized (this) {
      if (!underWay.add(id)) {
        return;
      }
    }
    request(id, MAX_TRIES);
  }

  private void request(PlacementGroupId id, int triesLeft) {
    removal.apply(id).whenComplete((answer, failure) -> {
      if (failure == null || triesLeft == 1) {
        end(id);
      } else {
        var _ = timer.after(pause, () -> request(id, triesLeft - 1));
      }
    });
  }

  private synchronized void end(PlacementGroupId id) {
    underWay.remove(id);
  }
}
