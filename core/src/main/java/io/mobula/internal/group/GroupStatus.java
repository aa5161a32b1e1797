package io.mobula.internal.group;

import io.mobula.placement.PlacementGroupState;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Status of a living group as the scheduler tells it to every process. It arrives as an update and
 * as the answer to a query, which may overtake each other: the version tells which is newer.
 *
 * @param version increases with everything that the scheduler tells of any group
 * @param assignment where the bundles are
 * @param committed whether every node of the assignment has confirmed its bundles
 * @param wasCommitted whether the group was committed once
 * @param why what a group waits for that is not committed
 */
record GroupStatus(
    Version version,
    BundleAssignment assignment,
    boolean committed,
    boolean wasCommitted,
    String why) {
  /**
   * Version of a status.
   *
   * @param scheduler the number of the scheduler; a successor has a higher one
   * @param sequence counts what this scheduler has told
   */
  record Version(long scheduler, long sequence) {
    /** Returns whether this version is newer than the other. */
    boolean isAfter(Version other) {
      return scheduler == other.scheduler ? sequence > other.sequence : scheduler > other.scheduler;
    }
  }

  GroupStatus {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(assignment, "map");
    Objects.requireNonNull(why, "why");
  }

  /** Returns the state of the group as users see it. */
  PlacementGroupState toState() {
    var nodes = IntStream.range(0, assignment.spec().size())
        .mapToObj(bundle -> Optional.ofNullable(assignment.nodeOf(bundle)))
        .toList();
    var phase =
        wasCommitted ? PlacementGroupState.Phase.RESCHEDULING : PlacementGroupState.Phase.PENDING;
    return new PlacementGroupState(committed ? PlacementGroupState.Phase.READY : phase, nodes, why);
  }
}
