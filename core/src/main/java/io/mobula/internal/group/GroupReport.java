package io.mobula.internal.group;

import io.mobula.placement.PlacementGroupId;
import java.util.List;
import java.util.Objects;

/**
 * Report of what a process holds and knows of groups, for a scheduler that has started.
 *
 * @param bundles the groups with ledgers there
 * @param prepared reservations that have not been committed
 * @param unready groups that the process has created and that have not been ready; the scheduler
 *     may not know them
 * @param known groups that an earlier scheduler has told of
 * @param ended groups that are known to have ended
 */
record GroupReport(
    List<HeldGroup> bundles,
    List<PreparedGroup> prepared,
    List<GroupSpec> unready,
    List<KnownGroup> known,
    List<PlacementGroupId> ended) {
  GroupReport {
    bundles = List.copyOf(bundles);
    prepared = List.copyOf(prepared);
    unready = List.copyOf(unready);
    known = List.copyOf(known);
    ended = List.copyOf(ended);
  }

  /**
   * Group with ledgers on a node.
   *
   * @param assignment the last assignment that the node knows
   * @param attempt the last attempt that the node knows, perhaps a later one
   * @param bundles the bundles on the node
   */
  record HeldGroup(BundleAssignment assignment, int attempt, List<Integer> bundles) {
    HeldGroup {
      Objects.requireNonNull(assignment, "map");
      bundles = List.copyOf(bundles);
      assignment.spec().requireBundles(bundles);
    }
  }

  /** Reservation of an attempt that is not committed. */
  record PreparedGroup(PlacementGroupId id, int attempt) {
    PreparedGroup {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * Group as an earlier scheduler has told of it.
   *
   * @param attempt the last attempt that was told
   * @param wasCommitted whether all of its bundles were committed once
   */
  record KnownGroup(GroupSpec spec, int attempt, boolean wasCommitted) {
    KnownGroup {
      Objects.requireNonNull(spec, "spec");
    }

    static KnownGroup of(GroupStatus status) {
      return new KnownGroup(
          status.assignment().spec(),
          status.assignment().attempt(),
          status.committed() || status.wasCommitted());
    }
  }

  static GroupReport of(HeldGroup held) {
    return new GroupReport(List.of(held), List.of(), List.of(), List.of(), List.of());
  }

  static GroupReport of(GroupSpec wanted) {
    return new GroupReport(List.of(), List.of(), List.of(wanted), List.of(), List.of());
  }

  static GroupReport of(KnownGroup known) {
    return new GroupReport(List.of(), List.of(), List.of(), List.of(known), List.of());
  }
}
