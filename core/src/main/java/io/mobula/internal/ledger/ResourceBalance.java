package io.mobula.internal.ledger;

import io.mobula.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a node has and what of it is free, in fixed-point units; accelerators one by one
 * ({@link DeviceAllocator}). Pure; for one thread.
 *
 * <p>Granting never takes more than is free. Only a resumed execution may: it takes its CPU back
 * without waiting, so the CPU may be owed for a while, and nothing that needs CPU is granted until
 * the debt is paid.
 */
final class ResourceBalance {
  private final Resources others; // all but accelerators
  private final Map<String, Long> free;
  private final DeviceAllocator deviceAllocator;

  /** So much, with accelerators of which nothing is known. */
  ResourceBalance(Resources total) {
    this(total, DeviceShare.declared(total.units(Resources.GPU)));
  }

  /**
   * So much, with these accelerators.
   *
   * @param total what it says of accelerators does not count
   */
  ResourceBalance(Resources total, List<DeviceShare> devices) {
    this.others = withoutDevices(total);
    this.free = new TreeMap<>(others.asUnits());
    this.deviceAllocator = new DeviceAllocator(devices);
  }

  private static Resources withoutDevices(Resources all) {
    var result = all;
    for (var name : all.asUnits().keySet()) {
      result = DeviceRequirement.isDeviceResource(name) ? result.withUnits(name, 0) : result;
    }
    return result;
  }

  /** What there is that is not ill. */
  Resources total() {
    return others.withUnits(Resources.GPU, deviceAllocator.total());
  }

  /** The accelerators, be they ill or not. */
  List<DeviceView> devices() {
    return deviceAllocator.view();
  }

  /** The names of which less is free than wanted; empty means it can be granted. */
  Set<String> lacking(Resources wanted) {
    var names = new TreeSet<String>();
    wanted.asUnits().forEach((name, units) -> {
      if (!DeviceRequirement.isDeviceResource(name) && free.getOrDefault(name, 0L) < units) {
        names.add(name);
      }
    });
    if (!deviceAllocator.fits(DeviceRequirement.of(wanted))) {
      wanted.asUnits().keySet().stream()
          .filter(DeviceRequirement::isDeviceResource)
          .forEach(names::add);
    }
    return names;
  }

  /** Whether this is free even if {@code reserved} is left alone; of all but accelerators. */
  boolean fitsBeside(Resources reserved, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
            || freeUnits(each.getKey()) - reserved.units(each.getKey()) >= each.getValue());
  }

  /** See {@link DeviceAllocator#reserve}. */
  void reserve(Resources wanted) {
    deviceAllocator.reserve(DeviceRequirement.of(wanted));
  }

  /** See {@link DeviceAllocator#reserveAllMatching}. */
  void reserveAllMatching(Resources wanted) {
    deviceAllocator.reserveAllMatching(DeviceRequirement.of(wanted));
  }

  /** See {@link DeviceAllocator#clearReservations}. */
  void clearReservations() {
    deviceAllocator.clearReservations();
  }

  /** Whether this could be granted if nothing but that were held. */
  boolean wouldFit(Resources wanted, Resources kept, Map<String, Long> keptOfDevices) {
    return deviceAllocator.wouldFit(DeviceRequirement.of(wanted), keptOfDevices)
        && wanted.asUnits().entrySet().stream()
            .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
                || others.units(each.getKey()) - kept.units(each.getKey()) >= each.getValue());
  }

  /**
   * Takes all of it; the caller has seen that nothing is {@linkplain #lacking lacking}.
   *
   * @return what of it are accelerators
   */
  List<DeviceShare> take(Resources granted) {
    var lacking = lacking(granted);
    if (!lacking.isEmpty()) {
      throw new IllegalStateException(
          "Grant of " + granted + " would take more " + lacking + " than is free: " + available());
    }
    withoutDevices(granted).asUnits().forEach((name, units) -> free.merge(name, -units, Long::sum));
    return deviceAllocator.take(DeviceRequirement.of(granted));
  }

  /**
   * Puts all of it back.
   *
   * @param shares what of it are accelerators
   */
  void putBack(Resources granted, List<DeviceShare> shares) {
    withoutDevices(granted).asUnits().forEach((name, units) -> {
      long now = free.merge(name, units, Long::sum);
      if (now > others.units(name)) {
        throw new IllegalStateException(
            "Return of " + granted + " makes more " + name + " free than there is: " + now);
      }
    });
    deviceAllocator.putBack(shares);
  }

  /** Takes CPU back for an execution that goes on, into debt if need be. */
  void reclaimCpu(long units) {
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
    return result.withUnits(Resources.GPU, deviceAllocator.free());
  }

  /** The exact balance of one resource, negative when owed. */
  long freeUnits(String name) {
    return name.equals(Resources.GPU) ? deviceAllocator.free() : free.getOrDefault(name, 0L);
  }

  /** See {@link DeviceAllocator#update}. */
  void update(List<Device> found) {
    deviceAllocator.update(found);
  }

  /** See {@link DeviceAllocator#withCurrentDevices}. */
  List<DeviceShare> withCurrentDevices(List<DeviceShare> shares) {
    return deviceAllocator.withCurrentDevices(shares);
  }
}
