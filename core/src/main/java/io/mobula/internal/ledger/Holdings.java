package io.mobula.internal.ledger;

import io.mobula.NodeId;
import io.mobula.Resources;
import io.mobula.internal.execution.Job;
import io.mobula.spi.DeviceNeed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How much of a node each driver's work holds. Pure; for one thread. */
final class Holdings {
  private static final double UNKNOWN = -1;

  private Resources total;
  private final Map<NodeId, Holding> holdings = new HashMap<>();
  private long turns;

  private static final class Holding {
    private final Map<String, Long> units = new HashMap<>();
    private long lastTurn;
    private double share = UNKNOWN;
  }

  /** Nothing is held of that. */
  Holdings(Resources total) {
    this.total = total;
  }

  /** There is more or less of it now. */
  void totalIs(Resources now) {
    total = now;
    holdings.values().forEach(holding -> holding.share = UNKNOWN);
  }

  /** It was granted that. */
  void took(Job job, Resources granted, List<Share> shares) {
    var holding = holdings.computeIfAbsent(job.driver(), driver -> new Holding());
    holding.lastTurn = ++turns;
    holding.share = UNKNOWN;
    granted.asUnits().forEach((name, units) -> {
      if (!DeviceNeed.isName(name)) {
        holding.units.merge(name, units, Long::sum);
      }
    });
    if (!shares.isEmpty()) {
      holding.units.merge(Resources.GPU, unitsOf(shares), Long::sum);
    }
  }

  /** It has given that back. */
  void gaveBack(Job job, Resources granted, List<Share> shares) {
    var holding = holdings.get(job.driver());
    if (holding == null) {
      return; // it had been granted nothing at all
    }
    holding.share = UNKNOWN;
    granted.asUnits().forEach((name, units) -> {
      if (!DeviceNeed.isName(name)) {
        lower(holding, name, units);
      }
    });
    lower(holding, Resources.GPU, unitsOf(shares));
    if (holding.units.isEmpty()) {
      holdings.remove(job.driver());
    }
  }

  private static void lower(Holding holding, String name, long units) {
    holding.units.computeIfPresent(name, (same, had) -> had == units ? null : had - units);
  }

  private static long unitsOf(List<Share> shares) {
    return shares.stream().mapToLong(Share::units).sum();
  }

  /** When it was last granted something, counted in grants; 0 if it holds nothing. */
  long lastTurnOf(NodeId driver) {
    var holding = holdings.get(driver);
    return holding == null ? 0 : holding.lastTurn;
  }

  /** The largest part that it holds of any resource; 0 if it holds nothing. */
  double shareOf(NodeId driver) {
    var holding = holdings.get(driver);
    if (holding == null) {
      return 0;
    }
    if (holding.share == UNKNOWN) {
      holding.share = dominant(holding);
    }
    return holding.share;
  }

  private double dominant(Holding holding) {
    double most = 0;
    for (var each : holding.units.entrySet()) {
      long there = total.units(each.getKey());
      most = Math.max(most, there == 0 ? 1 : (double) each.getValue() / there);
    }
    return most;
  }
}
