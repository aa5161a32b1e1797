package io.mobula.internal.placement;

import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Report of a node's resources, as sent to the other nodes.
 *
 * @param total all resources, by name in fixed-point units
 * @param available the free resources
 * @param queued how many requests wait at its ledger
 * @param store the usage of its object store
 * @param accepting whether it accepts new work
 * @param devices its accelerators, healthy or not
 * @param absent its static workers that are not up; empty if an older release sent the report
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

  /** Returns the used fraction of the store, from 0 to 1. */
  double fullness() {
    return store.capacityBytes() <= 0
        ? 0
        : Math.min(1, (double) store.usedBytes() / store.capacityBytes());
  }
}
