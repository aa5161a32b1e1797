package io.mobula.internal.group;

import io.mobula.PlacementGroupId;
import java.util.List;
import java.util.Objects;

/**
 * What a node's keeper has, and what its process waits for, as a scheduler that starts is told.
 *
 * @param bundles the groups with ledgers there
 * @param prepared reservations that have not been committed
 * @param wanted groups made by that process that have no end and may be unknown to the scheduler
 * @param known groups of which that process has heard from a scheduler before this one
 * @param ended groups that this process knows to be no more
 */
record Holdings(
    List<Held> bundles,
    List<Prepared> prepared,
    List<GroupSpec> wanted,
    List<Known> known,
    List<PlacementGroupId> ended) {
  Holdings {
    bundles = List.copyOf(bundles);
    prepared = List.copyOf(prepared);
    wanted = List.copyOf(wanted);
    known = List.copyOf(known);
    ended = List.copyOf(ended);
  }

  /**
   * A group with ledgers at a node.
   *
   * @param map the last one that the node has heard of
   * @param attempt the last that it has heard of, which may be a later one
   * @param bundles those that it has
   */
  record Held(GroupMap map, int attempt, List<Integer> bundles) {
    Held {
      Objects.requireNonNull(map, "map");
      bundles = List.copyOf(bundles);
      map.spec().requireBundles(bundles);
    }
  }

  /** A reservation. */
  record Prepared(PlacementGroupId id, int attempt) {
    Prepared {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * A group as some scheduler has told of it.
   *
   * @param attempt the last that was told
   * @param whole whether all of its bundles were reserved once
   */
  record Known(GroupSpec spec, int attempt, boolean whole) {
    Known {
      Objects.requireNonNull(spec, "spec");
    }

    static Known of(GroupFacts facts) {
      return new Known(
          facts.map().spec(), facts.map().attempt(), facts.committed() || facts.before());
    }
  }

  static Holdings of(Held held) {
    return new Holdings(List.of(held), List.of(), List.of(), List.of(), List.of());
  }

  static Holdings of(GroupSpec wanted) {
    return new Holdings(List.of(), List.of(), List.of(wanted), List.of(), List.of());
  }

  static Holdings of(Known known) {
    return new Holdings(List.of(), List.of(), List.of(), List.of(known), List.of());
  }
}
