package io.mobula.placement;

import io.mobula.NodeId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * State of a placement group at one moment.
 *
 * @param phase progress of the reservation
 * @param nodes node of each bundle; empty for a bundle that has none
 * @param why what the group waits for, or why it was removed; empty if it is ready
 */
public record PlacementGroupState(Phase phase, List<Optional<NodeId>> nodes, String why) {
  /** Copies the list and refuses nulls. */
  public PlacementGroupState {
    Objects.requireNonNull(phase, "phase");
    nodes = List.copyOf(nodes);
    Objects.requireNonNull(why, "why");
  }

  /** Progress of a group's reservation. */
  public enum Phase {
    /** The bundles are not reserved yet. */
    PENDING,
    /** All bundles are reserved. */
    READY,
    /** The group was ready, and bundles whose node has left are being reserved again. */
    RESCHEDULING,
    /** The group was removed. */
    REMOVED
  }
}
