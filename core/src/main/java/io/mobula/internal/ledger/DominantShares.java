package io.mobula.internal.ledger;

import io.mobula.NodeId;
import io.mobula.Resources;
import io.mobula.internal.execution.Job;
import io.mobula.spi.DeviceRequirement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much of a node each driver's work holds. Pure; for one thread. */
final class DominantShares {
  private static final double UNKNOWN = -1;

  private Resources total;
  private final Map<NodeId, DriverUsage> usages = new HashMap<>();
  private long turns;

  private static final class DriverUsage {
    private final Map<String, Long> units = new HashMap<>();
    private long lastTurn;
    private double share = UNKNOWN;
  }

  /** Nothing is held of that. */
  DominantShares(Resources total) {
    this.total = total;
  }

  /** There is more or less of it now. */
  void setTotal(Resources now) {
    total = now;
    usages.values().forEach(usage -> usage.share = UNKNOWN);
  }

  /** It was granted that. */
  void add(Job job, Resources granted, List<DeviceShare> shares) {
    var usage = usages.computeIfAbsent(job.driver(), driver -> new DriverUsage());
    usage.lastTurn = ++turns;
    usage.share = UNKNOWN;
    granted.asUnits().forEach((name, units) -> {
      if (!DeviceRequirement.isDeviceResource(name)) {
        usage.units.merge(name, units, Long::sum);
      }
    });
    if (!shares.isEmpty()) {
      usage.units.merge(Resources.GPU, unitsOf(shares), Long::sum);
    }
  }

  /** It has given that back. */
  void subtract(Job job, Resources granted, List<DeviceShare> shares) {
    var usage = usages.get(job.driver());
    if (usage == null) {
      return; // it had been granted nothing at all
    }
    usage.share = UNKNOWN;
    granted.asUnits().forEach((name, units) -> {
      if (!DeviceRequirement.isDeviceResource(name)) {
        lower(usage, name, units);
      }
    });
    lower(usage, Resources.GPU, unitsOf(shares));
    if (usage.units.isEmpty()) {
      usages.remove(job.driver());
    }
  }

  private static void lower(DriverUsage usage, String name, long units) {
    usage.units.computeIfPresent(name, (same, had) -> had == units ? null : had - units);
  }

  private static long unitsOf(List<DeviceShare> shares) {
    return shares.stream().mapToLong(DeviceShare::units).sum();
  }

  /** When it was last granted something, counted in grants; 0 if it holds nothing. */
  long lastTurnOf(NodeId driver) {
    var usage = usages.get(driver);
    return usage == null ? 0 : usage.lastTurn;
  }

  /** The largest part that it holds of any resource; 0 if it holds nothing. */
  double shareOf(NodeId driver) {
    var usage = usages.get(driver);
    if (usage == null) {
      return 0;
    }
    if (usage.share == UNKNOWN) {
      usage.share = dominant(usage);
    }
    return usage.share;
  }

  private double dominant(DriverUsage usage) {
    double most = 0;
    for (var each : usage.units.entrySet()) {
      long there = total.units(each.getKey());
      most = Math.max(most, there == 0 ? 1 : (double) each.getValue() / there);
    }
    return most;
  }
}
