package io.mobula.internal.ledger;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dominant share of each driver: the part of a node that the driver's work holds. Not thread-safe.
 */
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

  /** Creates the table of a node with these totals, of which nothing is held. */
  DominantShares(Resources total) {
    this.total = total;
  }

  /** Sets the node's totals, which have changed. */
  void setTotal(Resources now) {
    total = now;
    usages.values().forEach(usage -> usage.share = UNKNOWN);
  }

  /** Adds a grant to the driver's holdings. */
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

  /** Subtracts returned resources from the driver's holdings. */
  void subtract(Job job, Resources granted, List<DeviceShare> shares) {
    var usage = usages.get(job.driver());
    if (usage == null) {
      return; // nothing was granted to it
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

  /**
   * Returns the number of the driver's last grant, counted over all drivers; 0 if it holds nothing.
   */
  long lastTurnOf(NodeId driver) {
    var usage = usages.get(driver);
    return usage == null ? 0 : usage.lastTurn;
  }

  /**
   * Returns the driver's dominant share: the largest part that it holds of any resource; 0 if it
   * holds nothing.
   */
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
