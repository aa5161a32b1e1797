package io.mobula.internal.group;

import io.mobula.internal.placement.BundleCapacity;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import java.util.Map;
import java.util.Objects;

/**
 * Load of a bundle as its node reports it.
 *
 * @param available the free resources, by name in fixed-point units
 * @param queued how many requests wait
 */
record BundleLoad(PlacementGroupId id, int bundle, Map<String, Long> available, int queued) {
  BundleLoad {
    Objects.requireNonNull(id, "id");
    available = Map.copyOf(available);
  }

  boolean hasRoomFor(Resources wanted) {
    var free = Resources.none();
    for (var each : available.entrySet()) {
      free = free.withUnits(each.getKey(), each.getValue());
    }
    return queued == 0 && BundleCapacity.covers(free, wanted);
  }
}
