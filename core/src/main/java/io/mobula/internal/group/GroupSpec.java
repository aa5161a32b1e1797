package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Immutable specification of a placement group, as sent between nodes.
 *
 * @param name unique among groups, or null
 * @param bundles the resources of each bundle, by name in fixed-point units
 * @param owner the process whose end ends the group
 * @param detached whether the group outlives its owner
 */
record GroupSpec(
    PlacementGroupId id,
    @Nullable String name,
    PlacementStrategy strategy,
    List<Map<String, Long>> bundles,
    NodeId owner,
    boolean detached) {
  GroupSpec {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(strategy, "strategy");
    bundles = bundles.stream().map(Map::copyOf).toList();
    Objects.requireNonNull(owner, "owner");
    if (bundles.stream().anyMatch(bundle -> bundle.values().stream().anyMatch(each -> each < 0))) {
      throw new IllegalArgumentException(
          PlacementGroup.describe(id, name) + " wants less than nothing: " + bundles);
    }
  }

  /** Throws if the group has no bundles of these numbers. */
  void requireBundles(Collection<Integer> numbers) {
    for (int number : numbers) {
      if (number < 0 || number >= size()) {
        throw new IllegalArgumentException(
            describe() + " has " + size() + " bundles, and none of number " + number);
      }
    }
  }

  int size() {
    return bundles.size();
  }

  Resources bundle(int index) {
    return resources(bundles.get(index));
  }

  List<Resources> resources() {
    return bundles.stream().map(GroupSpec::resources).toList();
  }

  private static Resources resources(Map<String, Long> units) {
    var result = Resources.none();
    for (var each : units.entrySet()) {
      result = result.withUnits(each.getKey(), each.getValue());
    }
    return result;
  }

  /** Describes the group, such as {@code placement group 1f…-3 (trainers)}. */
  String describe() {
    return PlacementGroup.describe(id, name);
  }
}
