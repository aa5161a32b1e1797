package io.mobula.internal.ledger;

import io.mobula.placement.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Total and free amounts of one node in fixed-point units; accelerators are accounted for device by
 * device ({@link DeviceAllocator}). Not thread-safe.
 *
 * <p>A grant never takes more than is free. Only a resumed execution may: it takes its CPU back
 * without waiting, so the CPU balance can be negative for a while. Nothing that needs CPU is
 * granted until the debt is paid.
 */
public final class ResourceBalance {
  private final Resources others; // all resources but accelerators
  private final Map<String, Long> free;
  private final DeviceAllocator deviceAllocator;

  /** Creates a balance with these totals and with accelerators of unknown model. */
  public ResourceBalance(Resources total) {
    this(total, DeviceShare.declared(total.units(Resources.GPU)));
  }

  /**
   * Creates a balance with these totals and these accelerators.
   *
   * @param total its amount of accelerators is ignored
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

  /** Returns the total of all resources; accelerators count only while healthy. */
  Resources total() {
    return others.withUnits(Resources.GPU, deviceAllocator.total());
  }

  /** Returns all accelerators, healthy or not. */
  List<DeviceView> devices() {
    return deviceAllocator.view();
  }

  /**
   * Returns the names of the resources of which less is free than wanted; empty if the request can
   * be granted.
   */
  public Set<String> lacking(Resources wanted) {
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

  /**
   * Returns whether the request would fit if {@code reserved} were not available. Ignores
   * accelerators.
   */
  boolean fitsBeside(Resources reserved, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
            || freeUnits(each.getKey()) - reserved.units(each.getKey()) >= each.getValue());
  }

  /** Reserves the accelerators that this request needs until {@link #clearReservations}. */
  void reserve(Resources wanted) {
    deviceAllocator.reserve(DeviceRequirement.of(wanted));
  }

  /** Reserves every accelerator that this request could use until {@link #clearReservations}. */
  void reserveAllMatching(Resources wanted) {
    deviceAllocator.reserveAllMatching(DeviceRequirement.of(wanted));
  }

  /** Clears all reservations of accelerators. */
  void clearReservations() {
    deviceAllocator.clearReservations();
  }

  /** Returns whether the request could be granted if nothing but {@code kept} were held. */
  boolean wouldFit(Resources wanted, Resources kept, Map<String, Long> keptOfDevices) {
    return deviceAllocator.wouldFit(DeviceRequirement.of(wanted), keptOfDevices)
        && wanted.asUnits().entrySet().stream()
            .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
                || others.units(each.getKey()) - kept.units(each.getKey()) >= each.getValue());
  }

  /**
   * Takes the whole amount. The caller has checked that nothing is {@linkplain #lacking lacking}.
   *
   * @return the accelerators among it
   */
  public List<DeviceShare> take(Resources granted) {
    var lacking = lacking(granted);
    if (!lacking.isEmpty()) {
      throw new IllegalStateException(
          "Grant of " + granted + " would take more " + lacking + " than is free: " + available());
    }
    withoutDevices(granted).asUnits().forEach((name, units) -> free.merge(name, -units, Long::sum));
    return deviceAllocator.take(DeviceRequirement.of(granted));
  }

  /**
   * Returns the whole amount to the free resources.
   *
   * @param shares the accelerators among it
   */
  public void putBack(Resources granted, List<DeviceShare> shares) {
    withoutDevices(granted).asUnits().forEach((name, units) -> {
      long now = free.merge(name, units, Long::sum);
      if (now > others.units(name)) {
        throw new IllegalStateException(
            "Return of " + granted + " makes more " + name + " free than there is: " + now);
      }
    });
    deviceAllocator.putBack(shares);
  }

  /** Takes CPU back for an execution that goes on, into debt if necessary. */
  void reclaimCpu(long units) {
    if (units > 0) {
      free.merge(Resources.CPU, -units, Long::sum);
    }
  }

  /** Returns the free amounts; a negative balance counts as zero. */
  Resources available() {
    var result = Resources.none();
    for (var entry : free.entrySet()) {
      result = result.withUnits(entry.getKey(), Math.max(0, entry.getValue()));
    }
    return result.withUnits(Resources.GPU, deviceAllocator.free());
  }

  /** Returns the exact balance of one resource, negative if it is in debt. */
  public long freeUnits(String name) {
    return name.equals(Resources.GPU) ? deviceAllocator.free() : free.getOrDefault(name, 0L);
  }

  /** Updates the accelerators to the state that a probe has found. */
  void update(List<Device> found) {
    deviceAllocator.update(found);
  }

  /** Returns the same shares with the present state of their devices. */
  List<DeviceShare> withCurrentDevices(List<DeviceShare> shares) {
    return deviceAllocator.withCurrentDevices(shares);
  }
}
