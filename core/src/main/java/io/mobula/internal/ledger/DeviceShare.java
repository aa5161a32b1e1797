package io.mobula.internal.ledger;

import io.mobula.Gpu;
import io.mobula.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceView;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A device, or the part of it that a lease holds. Immutable.
 *
 * @param device as it was when the ledger last heard of it
 * @param units how much of it, the whole having {@value Resources#UNITS_PER_ONE}
 */
public record DeviceShare(Device device, long units) {

  /** What {@code CUDA_VISIBLE_DEVICES} is to be for a process that has these. */
  public static String visibleDevices(List<DeviceShare> shares) {
    return shares.stream().map(share -> share.gpu().cudaName()).collect(Collectors.joining(","));
  }

  /** What other nodes are told of it while nothing of it is held. */
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

  /** As its holder knows it. */
  Gpu gpu() {
    return new Gpu(
        device.index(),
        device.uuid(),
        (double) units / Resources.UNITS_PER_ONE,
        device.unhealthyReason());
  }

  /** So many units of devices of which nothing is known; the last may be a part of one. */
  public static List<DeviceShare> declared(long units) {
    long whole = Resources.UNITS_PER_ONE;
    return of(
        IntStream.range(0, Math.toIntExact((units + whole - 1) / whole))
            .mapToObj(Device::declared)
            .toList(),
        units);
  }

  /** So many units of these devices, in their order; the last may be a part of one. */
  public static List<DeviceShare> of(List<Device> devices, long units) {
    long whole = Resources.UNITS_PER_ONE;
    return IntStream.range(0, devices.size())
        .filter(at -> units > at * whole)
        .mapToObj(at -> new DeviceShare(devices.get(at), Math.min(whole, units - at * whole)))
        .toList();
  }
}
