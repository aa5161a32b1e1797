package io.mobula.internal.ledger;

import io.mobula.Gpu;
import io.mobula.placement.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Immutable share of an accelerator: the whole device or the part that a lease holds.
 *
 * @param device the device in its last known state
 * @param units the size of the share; a whole device has {@value Resources#UNITS_PER_ONE}
 */
public record DeviceShare(Device device, long units) {

  /** Returns the value of {@code CUDA_VISIBLE_DEVICES} for a process that has these shares. */
  public static String visibleDevices(List<DeviceShare> shares) {
    return shares.stream().map(share -> share.gpu().cudaName()).collect(Collectors.joining(","));
  }

  /** Returns the view that other nodes get of the share while nothing of it is held. */
  public DeviceView view() {
    return new DeviceView(
        device.index(),
        device.uuid(),
        device.model(),
        device.memoryBytes(),
        units,
        0,
        device.unhealthyReason().orElse(""));
  }

  /** Returns the share as its holder sees it. */
  Gpu gpu() {
    return new Gpu(
        device.index(),
        device.uuid(),
        (double) units / Resources.UNITS_PER_ONE,
        device.unhealthyReason());
  }

  /**
   * Returns shares of devices of unknown model that have this many units together; the last may be
   * part of a device.
   */
  public static List<DeviceShare> declared(long units) {
    long whole = Resources.UNITS_PER_ONE;
    return of(
        IntStream.range(0, Math.toIntExact((units + whole - 1) / whole))
            .mapToObj(Device::declared)
            .toList(),
        units);
  }

  /**
   * Returns shares of these devices, in their order, that have this many units together; the last
   * may be part of a device.
   */
  public static List<DeviceShare> of(List<Device> devices, long units) {
    long whole = Resources.UNITS_PER_ONE;
    return IntStream.range(0, devices.size())
        .filter(at -> units > at * whole)
        .mapToObj(at -> new DeviceShare(devices.get(at), Math.min(whole, units - at * whole)))
        .toList();
  }
}
