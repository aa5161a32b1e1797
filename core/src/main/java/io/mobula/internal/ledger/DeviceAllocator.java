package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A node's accelerators, each with what of it is free. A share never lies on two devices; it goes
 * to the fullest device that has room for it, so that whole ones stay whole (best fit). Of several
 * whole ones those are taken that are nearest to each other. Nothing is taken from a device that is
 * ill; what is held of it comes back when it is healthy again. Pure; for one thread.
 */
final class DeviceAllocator {
  private static final int FAR = 1000;

  private final List<DeviceEntry> entries = new ArrayList<>();

  /** One device. */
  private static final class DeviceEntry {
    private Device device;
    private final long capacity;
    private long used;
    private long reservedUnits;
    private boolean reserved;

    DeviceEntry(Device device, long capacity) {
      this.device = device;
      this.capacity = capacity;
    }

    boolean isHealthy() {
      return device.unhealthyReason().isEmpty();
    }

    long free() {
      return isHealthy() ? capacity - used - reservedUnits : 0;
    }

    long unitsFor(DeviceRequirement need) {
      return need.unitsOf(device.model(), device.memoryBytes());
    }
  }

  /** All of these, and of each so much. */
  DeviceAllocator(List<DeviceShare> shares) {
    shares.forEach(share -> entries.add(new DeviceEntry(share.device(), share.units())));
  }

  // ---- what is there

  /** Units of all that are healthy. */
  long total() {
    return entries.stream()
        .filter(DeviceEntry::isHealthy)
        .mapToLong(entry -> entry.capacity)
        .sum();
  }

  /** Units of what is free. */
  long free() {
    return entries.stream().mapToLong(DeviceEntry::free).sum();
  }

  /** Each, ill or not, for others. */
  List<DeviceView> view() {
    return entries.stream()
        .map(entry -> new DeviceView(
            entry.device.index(),
            entry.device.uuid(),
            entry.device.model(),
            entry.device.memoryBytes(),
            entry.capacity,
            entry.used,
            entry.device.unhealthyReason().orElse("")))
        .toList();
  }

  /** What of each is not held, be it ill or not. */
  List<DeviceShare> rest() {
    return entries.stream()
        .filter(entry -> entry.used < entry.capacity)
        .map(slot -> new DeviceShare(slot.device, slot.capacity - slot.used))
        .toList();
  }

  // ---- granting

  /** Whether as much is free that no earlier request waits for. */
  boolean fits(DeviceRequirement need) {
    return need.isNone() || !choose(need, DeviceAllocator::unreservedUnits).isEmpty();
  }

  /** Whether it would fit if only this much of each device, by UUID, were taken. */
  boolean wouldFit(DeviceRequirement need, Map<String, Long> taken) {
    return need.isNone()
        || !choose(
                need,
                entry -> entry.isHealthy()
                    ? entry.capacity - taken.getOrDefault(entry.device.uuid(), 0L)
                    : 0)
            .isEmpty();
  }

  /** Takes what {@link #fits}. */
  List<DeviceShare> take(DeviceRequirement need) {
    var taken = new ArrayList<DeviceShare>();
    for (var entry : choose(need, DeviceAllocator::unreservedUnits)) {
      long units = entry.unitsFor(need);
      entry.used += units;
      taken.add(new DeviceShare(entry.device, units));
    }
    return List.copyOf(taken);
  }

  /** Puts it back. */
  void putBack(List<DeviceShare> shares) {
    for (var share : shares) {
      var entry = slot(share.device().uuid());
      if (entry == null || entry.used < share.units()) {
        throw new IllegalStateException(
            "Return of " + share + " makes more of it free than there is.");
      }
      entry.used -= share.units();
    }
  }

  /**
   * Leaves what this needs alone until {@link #clearReservations}, or all it could use if it does
   * not fit.
   */
  void reserve(DeviceRequirement need) {
    var chosen = choose(need, DeviceAllocator::unreservedUnits);
    chosen.forEach(entry -> entry.reservedUnits += entry.unitsFor(need));
    if (chosen.isEmpty()) {
      reserveAllMatching(need);
    }
  }

  /** Leaves every device alone that this could use, until {@link #clearReservations}. */
  void reserveAllMatching(DeviceRequirement need) {
    entries.forEach(entry -> entry.reserved |= entry.unitsFor(need) > 0);
  }

  /** Forgets what was set aside and spoken for. */
  void clearReservations() {
    entries.forEach(entry -> {
      entry.reservedUnits = 0;
      entry.reserved = false;
    });
  }

  private static long unreservedUnits(DeviceEntry entry) {
    return entry.reserved ? 0 : entry.free();
  }

  /** Which devices it is taken from; empty if it does not fit. */
  private List<DeviceEntry> choose(DeviceRequirement need, ToLongFunction<DeviceEntry> open) {
    var able = new ArrayList<DeviceEntry>();
    DeviceEntry fullest = null;
    long least = Long.MAX_VALUE;
    for (var entry : entries) {
      long free = open.applyAsLong(entry);
      long units = free > 0 ? entry.unitsFor(need) : -1;
      if (units > 0 && units <= free) {
        able.add(entry);
        if (free - units < least) {
          least = free - units;
          fullest = entry;
        }
      }
    }
    if (able.size() < need.count() || fullest == null) {
      return List.of();
    }
    return need.count() == 1 ? List.of(fullest) : nearest(able, need.count());
  }

  /** So many that are near each other: from each one on the nearest first, the best of all. */
  private static List<DeviceEntry> nearest(List<DeviceEntry> able, int count) {
    List<DeviceEntry> best = List.of();
    long least = Long.MAX_VALUE;
    for (var first : able) {
      var group = new ArrayList<>(List.of(first));
      long all = 0;
      while (group.size() < count) {
        var next = able.stream()
            .filter(entry -> !group.contains(entry))
            .min(Comparator.comparingLong(slot -> distance(group, slot)))
            .orElseThrow();
        all += distance(group, next);
        group.add(next);
      }
      if (all < least) {
        least = all;
        best = group;
      }
    }
    return best.stream()
        .sorted(Comparator.comparingInt(slot -> slot.device.index()))
        .toList();
  }

  private static long distance(List<DeviceEntry> group, DeviceEntry to) {
    return group.stream()
        .mapToLong(entry -> entry.device.distances().getOrDefault(to.device.uuid(), FAR))
        .sum();
  }

  // ---- health

  /** What was found anew: others in their place or state, and new ones. */
  void update(List<Device> found) {
    for (var device : found) {
      var entry = slot(device.uuid());
      if (entry == null) {
        entries.add(new DeviceEntry(device, Resources.UNITS_PER_ONE));
      } else {
        entry.device = device;
      }
    }
  }

  /** The same shares of the devices as they are now. */
  List<DeviceShare> withCurrentDevices(List<DeviceShare> shares) {
    Map<String, Device> now = new HashMap<>();
    entries.forEach(entry -> now.put(entry.device.uuid(), entry.device));
    return shares.stream()
        .map(share ->
            new DeviceShare(now.getOrDefault(share.device().uuid(), share.device()), share.units()))
        .toList();
  }

  private @Nullable DeviceEntry slot(String uuid) {
    for (var entry : entries) {
      if (entry.device.uuid().equals(uuid)) {
        return entry;
      }
    }
    return null;
  }
}
