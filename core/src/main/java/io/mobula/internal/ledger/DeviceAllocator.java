package io.mobula.internal.ledger;

import io.mobula.placement.Resources;
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
 * Allocator of a node's accelerators. A share never spans two devices. It goes to the fullest
 * device with enough free units, so that whole devices stay whole (best fit). A request for several
 * whole devices takes those nearest to each other. Nothing is taken from an unhealthy device; what
 * is held of it becomes free when the device is healthy again. Not thread-safe.
 */
final class DeviceAllocator {
  private static final int FAR = 1000;

  private final List<DeviceEntry> entries = new ArrayList<>();

  /** One device and what is used and reserved of it. */
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

  /** Creates an allocator of these devices, each with the units of its share. */
  DeviceAllocator(List<DeviceShare> shares) {
    shares.forEach(share -> entries.add(new DeviceEntry(share.device(), share.units())));
  }

  // ---- what is there

  /** Returns the units of all healthy devices. */
  long total() {
    return entries.stream()
        .filter(DeviceEntry::isHealthy)
        .mapToLong(entry -> entry.capacity)
        .sum();
  }

  /** Returns the free units of all devices. */
  long free() {
    return entries.stream().mapToLong(DeviceEntry::free).sum();
  }

  /** Returns a view of each device, healthy or not, for other nodes. */
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

  /** Returns the unused part of each device, healthy or not. */
  List<DeviceShare> rest() {
    return entries.stream()
        .filter(entry -> entry.used < entry.capacity)
        .map(slot -> new DeviceShare(slot.device, slot.capacity - slot.used))
        .toList();
  }

  // ---- granting

  /** Returns whether the need fits into what is free and not reserved. */
  boolean fits(DeviceRequirement need) {
    return need.isNone() || !choose(need, DeviceAllocator::unreservedUnits).isEmpty();
  }

  /**
   * Returns whether the need would fit if only these units were taken.
   *
   * @param taken units by UUID of the device
   */
  boolean wouldFit(DeviceRequirement need, Map<String, Long> taken) {
    return need.isNone()
        || !choose(
                need,
                entry -> entry.isHealthy()
                    ? entry.capacity - taken.getOrDefault(entry.device.uuid(), 0L)
                    : 0)
            .isEmpty();
  }

  /** Takes the devices of a need that {@linkplain #fits fits}. */
  List<DeviceShare> take(DeviceRequirement need) {
    var taken = new ArrayList<DeviceShare>();
    for (var entry : choose(need, DeviceAllocator::unreservedUnits)) {
      long units = entry.unitsFor(need);
      entry.used += units;
      taken.add(new DeviceShare(entry.device, units));
    }
    return List.copyOf(taken);
  }

  /** Returns these shares to the free units. */
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
   * Reserves devices for this need until {@link #clearReservations}: those that it fits on, or
   * every device that it could use if it does not fit.
   */
  void reserve(DeviceRequirement need) {
    var chosen = choose(need, DeviceAllocator::unreservedUnits);
    chosen.forEach(entry -> entry.reservedUnits += entry.unitsFor(need));
    if (chosen.isEmpty()) {
      reserveAllMatching(need);
    }
  }

  /** Reserves every device that this need could use, until {@link #clearReservations}. */
  void reserveAllMatching(DeviceRequirement need) {
    entries.forEach(entry -> entry.reserved |= entry.unitsFor(need) > 0);
  }

  /** Clears the reservations of all devices. */
  void clearReservations() {
    entries.forEach(entry -> {
      entry.reservedUnits = 0;
      entry.reserved = false;
    });
  }

  private static long unreservedUnits(DeviceEntry entry) {
    return entry.reserved ? 0 : entry.free();
  }

  /** Returns the devices to take the need from; empty if it does not fit. */
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

  /**
   * Returns {@code count} devices that are near each other: grows a group from each device by its
   * nearest neighbour and returns the group with the smallest sum of distances.
   */
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

  /** Updates known devices to the state that a probe has found, and adds new ones. */
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

  /** Returns the same shares with the present state of their devices. */
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
