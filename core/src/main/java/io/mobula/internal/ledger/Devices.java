package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceNeed;
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
final class Devices {
  private static final int FAR = 1000;

  private final List<Slot> slots = new ArrayList<>();

  /** One device. */
  private static final class Slot {
    private Device device;
    private final long capacity;
    private long used;
    private long aside;
    private boolean spokenFor;

    Slot(Device device, long capacity) {
      this.device = device;
      this.capacity = capacity;
    }

    boolean isHealthy() {
      return device.illness().isEmpty();
    }

    long free() {
      return isHealthy() ? capacity - used - aside : 0;
    }

    long unitsFor(DeviceNeed need) {
      return need.unitsOf(device.model(), device.memoryBytes());
    }
  }

  /** All of these, and of each so much. */
  Devices(List<Share> shares) {
    shares.forEach(share -> slots.add(new Slot(share.device(), share.units())));
  }

  // ---- what is there

  /** Units of all that are healthy. */
  long total() {
    return slots.stream()
        .filter(Slot::isHealthy)
        .mapToLong(slot -> slot.capacity)
        .sum();
  }

  /** Units of what is free. */
  long free() {
    return slots.stream().mapToLong(Slot::free).sum();
  }

  /** Each, ill or not, for others. */
  List<DeviceView> view() {
    return slots.stream()
        .map(slot -> new DeviceView(
            slot.device.index(),
            slot.device.uuid(),
            slot.device.model(),
            slot.device.memoryBytes(),
            slot.capacity,
            slot.used,
            slot.device.illness().orElse("")))
        .toList();
  }

  /** What of each is not held, be it ill or not. */
  List<Share> rest() {
    return slots.stream()
        .filter(slot -> slot.used < slot.capacity)
        .map(slot -> new Share(slot.device, slot.capacity - slot.used))
        .toList();
  }

  // ---- granting

  /** Whether as much is free that no earlier request waits for. */
  boolean fits(DeviceNeed need) {
    return need.isNone() || !choose(need, Devices::openOf).isEmpty();
  }

  /** Whether it would fit if only this much of each device, by UUID, were taken. */
  boolean wouldFit(DeviceNeed need, Map<String, Long> taken) {
    return need.isNone()
        || !choose(
                need,
                slot -> slot.isHealthy()
                    ? slot.capacity - taken.getOrDefault(slot.device.uuid(), 0L)
                    : 0)
            .isEmpty();
  }

  /** Takes what {@link #fits}. */
  List<Share> take(DeviceNeed need) {
    var taken = new ArrayList<Share>();
    for (var slot : choose(need, Devices::openOf)) {
      long units = slot.unitsFor(need);
      slot.used += units;
      taken.add(new Share(slot.device, units));
    }
    return List.copyOf(taken);
  }

  /** Puts it back. */
  void putBack(List<Share> shares) {
    for (var share : shares) {
      var slot = slot(share.device().uuid());
      if (slot == null || slot.used < share.units()) {
        throw new IllegalStateException(
            "Return of " + share + " makes more of it free than there is.");
      }
      slot.used -= share.units();
    }
  }

  /**
   * Leaves what this needs alone until {@link #release}, or all it could use if it does not fit.
   */
  void setAside(DeviceNeed need) {
    var chosen = choose(need, Devices::openOf);
    chosen.forEach(slot -> slot.aside += slot.unitsFor(need));
    if (chosen.isEmpty()) {
      speakFor(need);
    }
  }

  /** Leaves every device alone that this could use, until {@link #release}. */
  void speakFor(DeviceNeed need) {
    slots.forEach(slot -> slot.spokenFor |= slot.unitsFor(need) > 0);
  }

  /** Forgets what was set aside and spoken for. */
  void release() {
    slots.forEach(slot -> {
      slot.aside = 0;
      slot.spokenFor = false;
    });
  }

  private static long openOf(Slot slot) {
    return slot.spokenFor ? 0 : slot.free();
  }

  /** Which devices it is taken from; empty if it does not fit. */
  private List<Slot> choose(DeviceNeed need, ToLongFunction<Slot> open) {
    var able = new ArrayList<Slot>();
    Slot fullest = null;
    long least = Long.MAX_VALUE;
    for (var slot : slots) {
      long free = open.applyAsLong(slot);
      long units = free > 0 ? slot.unitsFor(need) : -1;
      if (units > 0 && units <= free) {
        able.add(slot);
        if (free - units < least) {
          least = free - units;
          fullest = slot;
        }
      }
    }
    if (able.size() < need.count() || fullest == null) {
      return List.of();
    }
    return need.count() == 1 ? List.of(fullest) : nearest(able, need.count());
  }

  /** So many that are near each other: from each one on the nearest first, the best of all. */
  private static List<Slot> nearest(List<Slot> able, int count) {
    List<Slot> best = List.of();
    long least = Long.MAX_VALUE;
    for (var first : able) {
      var group = new ArrayList<>(List.of(first));
      long all = 0;
      while (group.size() < count) {
        var next = able.stream()
            .filter(slot -> !group.contains(slot))
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

  private static long distance(List<Slot> group, Slot to) {
    return group.stream()
        .mapToLong(slot -> slot.device.near().getOrDefault(to.device.uuid(), FAR))
        .sum();
  }

  // ---- health

  /** What was found anew: others in their place or state, and new ones. */
  void update(List<Device> found) {
    for (var device : found) {
      var slot = slot(device.uuid());
      if (slot == null) {
        slots.add(new Slot(device, Resources.UNITS_PER_ONE));
      } else {
        slot.device = device;
      }
    }
  }

  /** The same shares of the devices as they are now. */
  List<Share> asOfNow(List<Share> shares) {
    Map<String, Device> now = new HashMap<>();
    slots.forEach(slot -> now.put(slot.device.uuid(), slot.device));
    return shares.stream()
        .map(share ->
            new Share(now.getOrDefault(share.device().uuid(), share.device()), share.units()))
        .toList();
  }

  private @Nullable Slot slot(String uuid) {
    for (var slot : slots) {
      if (slot.device.uuid().equals(uuid)) {
        return slot;
      }
    }
    return null;
  }
}
