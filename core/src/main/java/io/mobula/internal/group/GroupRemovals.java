package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ended groups of the scheduler: how each has ended, and which nodes have not confirmed yet that
 * they have nothing of it any more. Not thread-safe.
 */
final class GroupRemovals {
  private static final int MAX_REMEMBERED = 4096;

  private final SchedulerEffects effects;
  private final Map<PlacementGroupId, PendingRemoval> pending = new LinkedHashMap<>();
  private final Map<PlacementGroupId, GroupTermination> terminations = new LinkedHashMap<>();

  /** Ended group for which some nodes have not confirmed the removal. */
  private record PendingRemoval(GroupTermination ending, Set<NodeId> unanswered) {}

  GroupRemovals(SchedulerEffects effects) {
    this.effects = effects;
  }

  /** Returns whether some node has not confirmed a removal. */
  boolean areUnderWay() {
    return !pending.isEmpty();
  }

  /** Returns how a group ended; null if it is not known to have ended. */
  @Nullable
  GroupTermination find(PlacementGroupId id) {
    return terminations.get(id);
  }

  /** Returns how a group ended; a group that is not known counts as removed. */
  GroupTermination endingOf(PlacementGroupId id) {
    return terminations.getOrDefault(id, GroupTermination.unknown());
  }

  /** Notes how a group has ended; the oldest notes are dropped. */
  void remember(PlacementGroupId id, GroupTermination termination) {
    terminations.put(id, termination);
    if (terminations.size() > MAX_REMEMBERED) {
      terminations.remove(terminations.keySet().iterator().next());
    }
  }

  /** Ends a group, and tells its nodes and all processes. */
  void begin(PlacementGroupId id, GroupTermination termination, Set<NodeId> holders) {
    remember(id, termination);
    if (!holders.isEmpty()) {
      pending.put(id, new PendingRemoval(termination, new HashSet<>(holders)));
    }
    holders.forEach(node -> effects.remove(node, id, termination));
    effects.ended(id, termination);
  }

  /** Tells a node that has reported bundles of an ended group to end them. */
  void addHolder(NodeId node, PlacementGroupId id, GroupTermination termination) {
    pending
        .computeIfAbsent(id, key -> new PendingRemoval(termination, new HashSet<>()))
        .unanswered()
        .add(node);
    effects.remove(node, id, termination);
  }

  /** Handles that a node has nothing of the group any more. */
  void confirmed(NodeId node, PlacementGroupId id) {
    var removal = pending.get(id);
    if (removal != null) {
      removal.unanswered().remove(node);
      forgetConfirmed();
    }
  }

  /** Handles that a node has left, with everything it held. */
  void left(NodeId node) {
    pending.values().forEach(removal -> removal.unanswered().remove(node));
    forgetConfirmed();
  }

  private void forgetConfirmed() {
    pending.values().removeIf(removal -> removal.unanswered().isEmpty());
  }

  /** Tells the nodes again that have not confirmed a removal. */
  void tellAgain() {
    pending.forEach((id, removal) ->
        removal.unanswered().forEach(node -> effects.remove(node, id, removal.ending())));
  }
}
