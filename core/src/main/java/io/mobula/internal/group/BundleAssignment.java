package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Assignment of a group's bundles to nodes, as the scheduler decided in an attempt. The assignment
 * of a later attempt replaces it.
 *
 * @param attempt increases with each decision
 * @param places the incarnation of each bundle's node, zero for a bundle without a node
 */
record BundleAssignment(GroupSpec spec, int attempt, List<Long> places) {
  /** Value for a bundle without a node. */
  static final long UNASSIGNED = 0;

  BundleAssignment {
    Objects.requireNonNull(spec, "spec");
    places = List.copyOf(places);
    if (places.size() != spec.size()) {
      throw new IllegalArgumentException(
          spec.describe() + " has " + spec.size() + " bundles, and not " + places.size());
    }
  }

  PlacementGroupId id() {
    return spec.id();
  }

  @Nullable
  NodeId nodeOf(int bundle) {
    long node = places.get(bundle);
    return node == UNASSIGNED ? null : new NodeId(node);
  }

  boolean isComplete() {
    return !places.contains(UNASSIGNED);
  }

  /** Returns the bundles that are on that node. */
  List<Integer> bundlesAt(NodeId node) {
    return IntStream.range(0, places.size())
        .filter(bundle -> places.get(bundle) == node.incarnation())
        .boxed()
        .toList();
  }

  /** Returns every node that has a bundle. */
  Set<NodeId> nodes() {
    var nodes = new LinkedHashSet<NodeId>();
    for (long place : places) {
      if (place != UNASSIGNED) {
        nodes.add(new NodeId(place));
      }
    }
    return nodes;
  }
}
