package io.mobula.internal.group;

import io.mobula.PlacementGroupId;
import java.util.List;
import java.util.Objects;

/**
 * What a node's keeper has, and what its process waits for, as a scheduler that starts is told.
 *
 * @param bundles the groups with ledgers there
 * @param prepared reservations that have not been committed
 * @param unready groups made by that process that have no end and may be unknown to the scheduler
 * @param known groups of which that process has heard from a scheduler before this one
 * @param ended groups that this process knows to be no more
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
   * A group with ledgers at a node.
   *
   * @param assignment the last one that the node has heard of
   * @param attempt the last that it has heard of, which may be a later one
   * @param bundles those that it has
   */
  record HeldGroup(BundleAssignment assignment, int attempt, List<Integer> bundles) {
    HeldGroup {
      Objects.requireNonNull(assignment, "map");
      bundles = List.copyOf(bundles);
      assignment.spec().requireBundles(bundles);
    }
  }

  /** A reservation. */
  record PreparedGroup(PlacementGroupId id, int attempt) {
    PreparedGroup {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * A group as some scheduler has told of it.
   *
   * @param attempt the last that was told
   * @param wasCommitted whether all of its bundles were reserved once
   */
  record KnownGroup(GroupSpec spec, int attempt, boolean wasCommitted) {
    KnownGroup {
      Objects.requireNonNull(spec, "spec");
    }

    static KnownGroup of(GroupStatus facts) {
      return new KnownGroup(
          facts.assignment().spec(),
          facts.assignment().attempt(),
          facts.committed() || facts.wasCommitted());
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
