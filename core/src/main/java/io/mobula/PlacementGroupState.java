package io.mobula;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a placement group stands at a moment.
 *
 * @param phase how far it has come
 * @param nodes the node of each bundle; empty for one that has none
 * @param why what it waits for, or why it is no more; empty if it is ready
 */
public record PlacementGroupState(Phase phase, List<Optional<NodeId>> nodes, String why) {
  /** Copies the list and refuses nulls. */
  public PlacementGroupState {
    Objects.requireNonNull(phase, "phase");
    nodes = List.copyOf(nodes);
    Objects.requireNonNull(why, "why");
  }

  /** How far a group has come. */
  public enum Phase {
    /** Its bundles are yet to be reserved. */
    PENDING,
    /** All of its bundles are reserved. */
    READY,
    /** It was ready, and bundles whose node has left are yet to be reserved again. */
    RESCHEDULING,
    /** It is no more. */
    REMOVED
  }
}
