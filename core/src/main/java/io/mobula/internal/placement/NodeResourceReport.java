package io.mobula.internal.placement;

import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.Resources;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a node says of itself, as it travels.
 *
 * @param total what it has in all, by name in fixed-point units
 * @param available what of it is free
 * @param queued how many requests wait at its ledger
 * @param store its object store
 * @param accepting whether it takes new work
 * @param devices its accelerators, ill or not
 * @param absent those of its standing workers that are not up; none where an older release speaks
 */
record NodeResourceReport(
    Map<String, Long> total,
    Map<String, Long> available,
    int queued,
    StoreUsage store,
    boolean accepting,
    List<DeviceView> devices,
    List<AbsentWorker> absent) {
  NodeResourceReport {
    total = Map.copyOf(total);
    available = Map.copyOf(available);
    devices = List.copyOf(devices);
    absent = List.copyOf(Objects.requireNonNullElse(absent, List.of()));
  }

  static Resources resources(Map<String, Long> units) {
    var result = Resources.none();
    for (var each : units.entrySet()) {
      result = result.withUnits(each.getKey(), each.getValue());
    }
    return result;
  }

  /** How full the store is, from 0 to 1. */
  double fullness() {
    return store.capacityBytes() <= 0
        ? 0
        : Math.min(1, (double) store.usedBytes() / store.capacityBytes());
  }
}
