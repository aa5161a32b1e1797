package io.mobula.internal.ledger;

import io.mobula.Resources;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node has and what of it is free, in fixed-point units. Pure; for one thread.
 *
 * <p>Granting never takes more than is free. Only a resumed execution may: it takes its CPU back
 * without waiting, so the CPU may be owed for a while, and nothing that needs CPU is granted until
 * the debt is paid.
 */
final class Balance {
  private final Resources total;
  private final Map<String, Long> free;

  Balance(Resources total) {
    this.total = total;
    this.free = new TreeMap<>(total.asUnits());
  }

  Resources total() {
    return total;
  }

  /** The names of which less is free than wanted; empty means it can be granted. */
  Set<String> lacking(Resources wanted) {
    var names = new TreeSet<String>();
    wanted.asUnits().forEach((name, units) -> {
      if (free.getOrDefault(name, 0L) < units) {
        names.add(name);
      }
    });
    return names;
  }

  /** Whether this is free even if {@code reserved} is left alone. */
  boolean fitsBeside(Resources reserved, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(
            each -> freeUnits(each.getKey()) - reserved.units(each.getKey()) >= each.getValue());
  }

  /** Takes all of it; the caller has seen that nothing is {@linkplain #lacking lacking}. */
  void take(Resources granted) {
    var lacking = lacking(granted);
    if (!lacking.isEmpty()) {
      throw new IllegalStateException(
          "Grant of " + granted + " would take more " + lacking + " than is free: " + free);
    }
    granted.asUnits().forEach((name, units) -> free.merge(name, -units, Long::sum));
  }

  /** Puts all of it back. */
  void putBack(Resources granted) {
    granted.asUnits().forEach((name, units) -> {
      long now = free.merge(name, units, Long::sum);
      if (now > total.units(name)) {
        throw new IllegalStateException(
            "Return of " + granted + " makes more " + name + " free than there is: " + now);
      }
    });
  }

  /** Takes CPU back for an execution that goes on, into debt if need be. */
  void oweCpu(long units) {
    if (units > 0) {
      free.merge(Resources.CPU, -units, Long::sum);
    }
  }

  /** What is free; a debt shows as nothing. */
  Resources available() {
    var result = Resources.none();
    for (var entry : free.entrySet()) {
      result = result.withUnits(entry.getKey(), Math.max(0, entry.getValue()));
    }
    return result;
  }

  /** The exact balance of one resource, negative when owed. */
  long freeUnits(String name) {
    return free.getOrDefault(name, 0L);
  }
}
